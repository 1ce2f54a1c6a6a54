package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.CapturedLog;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An agent that sends much that nobody asked for, and when its link is not read. */
class UnaskedTest {
    /** So many frames of at most 1 KiB are allowed in a second. */
    private static final int FRAMES =
            EmbeddedLink.UNWATCHED.maxUnaskedBytesPerSecond() / Unasked.LEAST_BYTES;

    private final CountingObserver observer = new CountingObserver();
    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final ScriptedListener listener = new ScriptedListener();
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        agent.close();
        log.close();
    }

    private void gossip(int times) {
        for (int i = 0; i < times; i++) {
            agent.receive("gossip", "", "{}");
        }
    }

    private boolean isRead() {
        return agent.channel().config().isAutoRead();
    }

    @Test
    void theAllowanceOfASecondIsRead() {
        gossip(FRAMES);

        assertThat(observer.count("unknown type")).isEqualTo(FRAMES);
        assertThat(isRead()).isTrue();
    }

    @Test
    void pastItTheLinkIsNotReadUntilTheSecondIsOver() {
        gossip(FRAMES + 2);

        assertThat(observer.count("unknown type")).isEqualTo(FRAMES + 1);
        assertThat(observer.count("rest")).isEqualTo(1);
        assertThat(isRead()).isFalse();
        assertThat(log.text())
                .contains(
                        "more than 1048576 bytes a second that nobody asked for",
                        "link.max_unasked_bytes_per_second");

        agent.advance(Duration.ofSeconds(1));

        assertThat(observer.count("unknown type")).isEqualTo(FRAMES + 2);
        assertThat(isRead()).isTrue();
    }

    @Test
    void aLargeFrameCountsForItsBytes() {
        String large = "{\"features\":[\"" + "x".repeat(600_000) + "\"]}";

        agent.receive("heartbeat", "", large);
        assertThat(observer.count("rest")).isZero();
        agent.receive("heartbeat", "", large);
        assertThat(observer.count("rest")).isEqualTo(1);
    }

    @Test
    void eachSecondHasItsOwnAllowance() {
        for (int i = 0; i < 3; i++) {
            gossip(FRAMES);
            agent.advance(Duration.ofSeconds(1));
        }

        assertThat(observer.count("rest")).isZero();
        assertThat(observer.count("unknown type")).isEqualTo(3L * FRAMES);
    }

    @Test
    void anAnswerHasNoSuchLimit() {
        agent.announce();
        agent.link().open(message("m1", "{}"), listener, A_MINUTE);
        for (int i = 0; i < 2 * FRAMES; i++) {
            agent.receive("chunk", "m1", "{\"content\":\"x\",\"done\":false}");
        }

        assertThat(observer.count("rest")).isZero();
        assertThat(isRead()).isTrue();
    }

    @Test
    void anAnswerBehindAFloodComesWhenTheSecondIsOver() {
        agent.link().open(message("m1", "{}"), listener, A_MINUTE);
        gossip(FRAMES + 1);
        agent.receive("chunk", "m1", "{\"content\":\"x\",\"done\":true}");
        assertThat(listener.ends()).isEmpty();

        agent.advance(Duration.ofSeconds(1));

        assertThat(listener.ends()).containsExactly("done");
    }
}
