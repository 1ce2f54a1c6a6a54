package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import dev.culvert.json.EscapedText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's side of parts.md. */
class PartSenderTest {
    private static final String LARGE =
            "{\"content\":\"" + "漢 é \\\"quoted\\\"\\n".repeat(300_000) + "\"}";
    private static final int BYTES = LARGE.getBytes(UTF_8).length;
    private static final String A_CHUNK = "{\"content\":\"\",\"done\":false}";
    private static final String THE_LAST_CHUNK = "{\"content\":\"\",\"done\":true}";

    private final CountingObserver observer = new CountingObserver();
    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final AgentLink link = agent.link();
    private final Told listener = new Told();

    /** Also writes down that the request was sent. */
    private static final class Told implements ReplyListener {
        final List<String> words = new ArrayList<>();

        @Override
        public void onRequestSent() {
            words.add("sent");
        }

        @Override
        public void onReply(Frame reply) {
            words.add("reply");
        }

        @Override
        public void onDone() {
            words.add("done");
        }

        @Override
        public void onFailure(Failure failure) {
            words.add(failure.code() + ": " + failure.message());
        }
    }

    /** A socket that takes nothing for a while. */
    private static final class Stall extends ChannelOutboundHandlerAdapter {
        private boolean isOver;

        @Override
        public void flush(ChannelHandlerContext context) {
            if (isOver) {
                context.flush();
            }
        }

        void end(EmbeddedLink agent) {
            isOver = true;
            agent.channel().flush();
        }
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private Exchange open(String id) {
        agent.announce("cancel", "credit", "parts");
        Exchange exchange = link.open(message(id, LARGE).withCredit(64), listener, A_MINUTE);
        assertThat(agent.sent())
                .isEqualTo(
                        "{\"type\":\"parts\",\"id\":\"%s\",\"credit\":64,\"payload\":{\"bytes\":%d}}"
                                .formatted(id, BYTES));
        return exchange;
    }

    private void grant(String id, long bytes) {
        agent.receive("credit", id, "{\"bytes\":" + bytes + "}");
    }

    /** The text of a part, which is the next frame that was sent; empty if there is none. */
    private String part(String id) {
        String frame = agent.sent();
        if (frame.isEmpty()) {
            return "";
        }
        String before = "{\"type\":\"part\",\"id\":\"" + id + "\",\"payload\":{\"text\":\"";
        assertThat(frame).startsWith(before).endsWith("\"}}");
        ByteBuf json =
                Unpooled.copiedBuffer(frame.substring(before.length(), frame.length() - 3), UTF_8);
        ByteBuf text = Unpooled.buffer();
        assertThat(EscapedText.read(json, 0, json.readableBytes(), text)).isTrue();
        return text.toString(UTF_8);
    }

    private String parts(String id) {
        StringBuilder all = new StringBuilder();
        for (String part = part(id); !part.isEmpty(); part = part(id)) {
            all.append(part);
        }
        return all.toString();
    }

    @Test
    void nothingIsSentBeforeTheAgentGivesCreditAndThenNoMoreThanThat() {
        open("m1");
        assertThat(agent.sent()).isEmpty();

        grant("m1", 10_000);
        String first = parts("m1");
        grant("m1", 10_000);
        String second = parts("m1");

        assertThat(LARGE).startsWith(first + second);
        assertThat(first.getBytes(UTF_8)).hasSizeBetween(9_997, 10_000);
        assertThat((first + second).getBytes(UTF_8)).hasSizeBetween(19_997, 20_000);
        assertThat(listener.words).isEmpty();
    }

    @Test
    void theWholeArrivesByteForByteAndThenIsAnswered() {
        open("m1");
        StringBuilder all = new StringBuilder();
        while (all.length() < LARGE.length()) {
            grant("m1", 200_001);
            all.append(parts("m1"));
        }

        assertThat(all.toString()).isEqualTo(LARGE);
        assertThat(listener.words).containsExactly("sent");
        agent.receive("chunk", "m1", THE_LAST_CHUNK);
        assertThat(listener.words).containsExactly("sent", "reply", "done");
    }

    @Test
    void blanksAroundThePayloadAreNoPartOfIt() {
        agent.announce("cancel", "credit", "parts");
        link.open(message("m1", " \r\n" + LARGE + "\n\t "), listener, A_MINUTE);
        assertThat(agent.sent()).endsWith("\"payload\":{\"bytes\":" + BYTES + "}}");

        grant("m1", BYTES);

        assertThat(parts("m1")).isEqualTo(LARGE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noCharacterIsCutByASmallCredit(long bytes) {
        open("m1");
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            grant("m1", bytes);
            all.append(parts("m1"));
        }

        assertThat(LARGE).startsWith(all.toString());
        assertThat(all.toString().getBytes(UTF_8))
                .hasSizeBetween((int) (40 * bytes) - 3, (int) (40 * bytes));
    }

    @Test
    void anAgentThatHasNotAnnouncedPartsGetsNothing() {
        agent.announce("cancel", "credit", "resume");

        link.open(message("m1", LARGE), listener, A_MINUTE);

        int limit = FrameLimits.DEFAULTS.payloadBytes();
        assertThat(listener.words)
                .containsExactly(
                        "too_large: the request takes %d bytes, at most %d fit a frame, and the agent has not announced that it takes a message in several (the feature 'parts')"
                                .formatted(BYTES, limit));
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void onlyAMessageIsSentInParts() {
        agent.announce("parts");

        link.open(EmbeddedLink.frame(FrameType.CONTEXT_UPDATE, "c1", LARGE), listener, A_MINUTE);

        assertThat(listener.words.getFirst()).startsWith("too_large: ").endsWith(" fit a frame");
    }

    @Test
    void messagesTakeTurnsAndOtherFramesGoBetween() {
        open("m1");
        open("m2");
        Stall stall = new Stall();
        agent.channel().pipeline().addFirst(stall);
        grant("m1", 1_000_000);
        grant("m2", 1_000_000);
        link.open(EmbeddedLink.frame(FrameType.PING, "p1", "{}"), new ScriptedListener(), A_MINUTE);
        stall.end(agent);

        List<String> order = new ArrayList<>();
        for (String frame = agent.sent(); !frame.isEmpty(); frame = agent.sent()) {
            order.add(frame.replaceAll(".*\"id\":\"(..)\".*", "$1").substring(0, 2));
        }

        assertThat(order.subList(0, 6)).containsExactly("m1", "p1", "m1", "m2", "m1", "m2");
        assertThat(order)
                .filteredOn("m1"::equals)
                .hasSameSizeAs(order.stream().filter("m2"::equals).toList());
    }

    @Test
    void anErrorOfTheAgentEndsItBeforeTheRestIsSent() {
        open("m1");
        grant("m1", 100_000);
        parts("m1");

        agent.receive("error", "m1", "{\"code\":\"message_too_large\",\"message\":\"no\"}");
        grant("m1", 100_000);

        assertThat(agent.sent()).isEmpty();
        assertThat(listener.words).containsExactly("message_too_large: no");
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void anAnswerToAPartOfAMessageIsNone() {
        open("m1");
        grant("m1", 1_000);
        part("m1");

        agent.receive("chunk", "m1", A_CHUNK);

        assertThat(listener.words)
                .containsExactly(
                        "bad_answer: the agent answered a message of which it has only a part");
        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"bytes\":0}",
                "{\"bytes\":-1}",
                "{\"bytes\":\"9\"}",
                "{\"bytes\":1.5}",
                "{\"bytes\":9007199254740992}"
            })
    void aCreditThatIsNoNumberEndsTheExchange(String payload) {
        open("m1");

        agent.receive("credit", "m1", payload);

        assertThat(listener.words)
                .containsExactly(
                        "bad_answer: the agent sent a credit that does not say for how many bytes of the message");
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void creditForMoreThanEverythingIsCreditForEverything() {
        open("m1");
        grant("m1", 9_007_199_254_740_991L);
        grant("m1", 9_007_199_254_740_991L);

        assertThat(parts("m1")).isEqualTo(LARGE);
    }

    @Test
    void cancellingSendsNoFurtherPart() {
        Exchange exchange = open("m1");
        Stall stall = new Stall();
        agent.channel().pipeline().addFirst(stall);
        grant("m1", 1_000_000);
        exchange.cancel();
        stall.end(agent);

        assertThat(part("m1")).isNotEmpty();
        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
        assertThat(agent.sent()).isEmpty();
        assertThat(listener.words).isEmpty();
    }

    @Test
    void stoppingWaitsForTheWordOfTheAgent() {
        Exchange exchange = open("m1");

        assertThat(exchange.stop()).isTrue();
        grant("m1", 1_000_000);

        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
        assertThat(agent.sent()).isEmpty();
        agent.receive("error", "m1", "{\"code\":\"cancelled\",\"message\":\"as you wish\"}");
        assertThat(listener.words).containsExactly("cancelled: as you wish");
    }

    @Test
    void aTurnOfWhichTheAgentHasAPartDoesNotGoOnByItself() {
        Exchange exchange = open("m1");

        exchange.detach();

        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
    }

    @Test
    void aLostLinkEndsIt() {
        open("m1");
        grant("m1", 1_000_000);

        agent.channel().close();

        assertThat(listener.words).hasSize(1).first().asString().startsWith("link_lost");
    }

    @Test
    void anAgentThatTakesNothingIsSilent() {
        open("m1");
        agent.advance(Duration.ofSeconds(50));
        grant("m1", 100_000);
        agent.advance(Duration.ofSeconds(50));
        assertThat(listener.words).isEmpty();

        agent.advance(Duration.ofSeconds(12));

        assertThat(listener.words).hasSize(1).first().asString().startsWith("timed_out");
    }

    @Test
    void creditForWhatHasEndedIsDroppedAndCreditForNothingCountsAsUnasked() {
        open("m1").cancel();
        for (int i = 0; i < 2_000; i++) {
            grant("m1", 100);
        }
        assertThat(observer.lines()).doesNotContain("rest");

        for (int i = 0; i < 2_000; i++) {
            grant("never", 100);
        }

        assertThat(observer.lines()).contains("rest");
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void creditInCrumbsCountsAsUnasked() {
        open("m1");
        for (int i = 0; i < 1_100; i++) {
            grant("m1", 1);
            agent.sent();
        }

        assertThat(observer.lines()).contains("rest");
    }
}
