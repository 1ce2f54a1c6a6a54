package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static dev.culvert.link.EmbeddedLink.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.testing.CapturedLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An agent that complains about its link, and how much of that the log takes. */
class ComplaintsTest {
    private static final String PAYLOAD = "{\"code\":\"internal\",\"message\":\"on purpose\"}";
    private static final int MOST = EmbeddedLink.UNWATCHED.maxComplaintsPerSecond();

    private final CountingObserver observer = new CountingObserver();
    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final AgentLink link = agent.link();
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        agent.close();
        log.close();
    }

    private void complain(int times) {
        for (int i = 0; i < times; i++) {
            agent.receive("error", "", PAYLOAD);
        }
    }

    @Test
    void theFirstIsLoggedAtOnce() {
        complain(1);

        assertThat(log.lines()).hasSize(1);
        assertThat(log.text())
                .contains("link to tcp://127.0.0.1:1 complains", "on purpose (internal)");
        assertThat(observer.count("complaint")).isEqualTo(1);
    }

    @Test
    void thoseWithinASecondAreHeldBackAndThenCounted() {
        complain(50);
        assertThat(log.lines()).hasSize(1);
        assertThat(observer.count("line held back")).isEqualTo(49);

        agent.advance(Duration.ofSeconds(1));

        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().getLast()).contains("49 more lines");
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void aLinkWritesAtMostALineASecondForAsLongAsItComplains() {
        for (int i = 0; i < 100; i++) {
            complain(5);
            agent.advance(Duration.ofMillis(100));
        }

        assertThat(log.lines()).hasSizeBetween(9, 12);
        assertThat(observer.count("complaint")).isEqualTo(500);
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void moreThanTheLimitWithinASecondClosesTheLinkAndSaysWhy() {
        ScriptedListener listener = new ScriptedListener();
        link.open(message("1", "{}"), listener, A_MINUTE);

        complain(MOST);
        assertThat(link.isOpen()).isTrue();
        ByteBuf burst = Unpooled.buffer();
        for (int i = 0; i < 1_000; i++) {
            write(burst, "error", "", PAYLOAD);
        }
        agent.channel().writeInbound(burst);

        assertThat(link.isOpen()).isFalse();
        assertThat(link.closeReason())
                .contains("more than 100 times within a second", "link.max_complaints_per_second");
        assertThat(listener.failure()).isInstanceOf(Failure.LinkLost.class);
        assertThat(log.lines()).hasSizeBetween(2, 3);
        assertThat(log.text()).contains("100 more lines", "closed: the agent complained");
    }

    @Test
    void whatFailsHereOverManyFramesIsLoggedOnceASecondToo() {
        for (int i = 0; i < 50; i++) {
            link.open(message("m" + i, "{}"), new Broken(), A_MINUTE);
            agent.receive("chunk", "m" + i, "{\"content\":\"\",\"done\":false}");
        }

        assertThat(log.lines()).filteredOn(line -> line.contains(" ERROR ")).hasSize(1);
        assertThat(log.text()).contains("the listener of exchange 'm0' failed", "on purpose");
        assertThat(observer.count("line held back")).isEqualTo(49);
    }

    @Test
    void asManyAsTheLimitEachSecondAreBorne() {
        for (int i = 0; i < 5; i++) {
            complain(MOST);
            agent.advance(Duration.ofMillis(1_100));
        }

        assertThat(link.isOpen()).isTrue();
    }

    private static final class Broken implements ReplyListener {
        @Override
        public void onReply(Frame reply) {
            throw new IllegalStateException("thrown on purpose");
        }

        @Override
        public void onDone() {}

        @Override
        public void onFailure(Failure failure) {}
    }
}
