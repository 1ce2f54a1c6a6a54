package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseParserTest {

    private static final String ODDITIES =
            "\uFEFFdata: after a byte order mark\n\n"
                    + ": a comment\r\n"
                    + "data: line feeds\n\n"
                    + "data: carriage returns\r\r"
                    + "data: both\r\n\r\n"
                    + "data:no blank\n\n"
                    + "data:  two blanks\n\n"
                    + "data: first\ndata: second\r\ndata\rdata:\n\n"
                    + "event: error\nid: 7\nretry: 10\nunknown: x\ndata: named\n\n"
                    + "event: forgotten\n\n"
                    + "data: not named \u00fc\u20ac\ud83d\ude00\n\n"
                    + "\n\r\n\r"
                    + "dat: no\ndatax: no\n data: no\n\n"
                    + "data\n\n"
                    + ":\ndata: a: b\n\n";

    private static final List<String> EVENTS =
            List.of(
                    "|after a byte order mark",
                    "|line feeds",
                    "|carriage returns",
                    "|both",
                    "|no blank",
                    "| two blanks",
                    "|first\nsecond\n\n",
                    "error|named",
                    "|not named \u00fc\u20ac\ud83d\ude00",
                    "|",
                    "|a: b");

    private final List<String> events = new ArrayList<>();

    @Test
    void readsAStreamOfOdditiesInOnePiece() throws Exception {
        feed(parser(4096), ODDITIES.getBytes(UTF_8));
        assertThat(events).isEqualTo(EVENTS);
    }

    @Test
    void readsTheSameWhereverItIsSplitInTwo() throws Exception {
        byte[] bytes = ODDITIES.getBytes(UTF_8);
        for (int split = 0; split <= bytes.length; split++) {
            events.clear();
            SseParser parser = parser(4096);
            feed(parser, Arrays.copyOfRange(bytes, 0, split));
            feed(parser, Arrays.copyOfRange(bytes, split, bytes.length));
            assertThat(events).as("split at %d", split).isEqualTo(EVENTS);
        }
    }

    @Test
    void readsTheSameByteByByteAndTwiceInARow() throws Exception {
        SseParser parser = parser(4096);
        String twice = ODDITIES + ODDITIES.substring(1);
        for (byte one : twice.getBytes(UTF_8)) {
            feed(parser, new byte[] {one});
        }
        List<String> expected = new ArrayList<>(EVENTS);
        expected.addAll(EVENTS);
        assertThat(events).isEqualTo(expected);
    }

    @Test
    void tellsAnEventAtItsBlankLineAndNotBefore() throws Exception {
        SseParser parser = parser(4096);
        feed(parser, "data: x\n".getBytes(UTF_8));
        assertThat(events).isEmpty();
        feed(parser, "\r".getBytes(UTF_8));
        assertThat(events).containsExactly("|x");
    }

    @Test
    void countsAnUnfinishedEventWhenTheBodyEndedWell() throws Exception {
        SseParser parser = parser(4096);
        feed(parser, "data: one\n\ndata: two".getBytes(UTF_8));
        parser.finish();
        assertThat(events).containsExactly("|one", "|two");
    }

    @Test
    void takesAnEventOfTheBoundAndRefusesALargerOne() throws Exception {
        feed(parser(106), ("data: " + "x".repeat(100) + "\n\n").getBytes(UTF_8));
        assertThat(events).containsExactly("|" + "x".repeat(100));
        assertThatThrownBy(() -> feed(parser(106), ("data: " + "x".repeat(101)).getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        FailedGenerationException.class,
                        e ->
                                assertThat(e.failure().code())
                                        .isEqualTo(ErrorCode.RESPONSE_TOO_LARGE));
    }

    @Test
    void boundsAnEventOfManyLinesToo() {
        byte[] bytes = "data: 0123456789\n".repeat(20).getBytes(UTF_8);
        assertThatThrownBy(() -> feed(parser(128), bytes))
                .hasMessageContaining("larger than 128 bytes");
    }

    @Test
    void readsSmallEventsAfterALargeOne() throws Exception {
        String large = "x".repeat(100_000);
        feed(parser(1 << 20), ("data: " + large + "\n\ndata: small\n\n").getBytes(UTF_8));
        assertThat(events).containsExactly("|" + large, "|small");
    }

    private SseParser parser(int maxEventBytes) {
        return new SseParser(maxEventBytes, (type, data) -> events.add(type + "|" + data));
    }

    private static void feed(SseParser parser, byte[] bytes) throws FailedGenerationException {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        parser.feed(buffer);
        assertThat(buffer.isReadable()).isFalse();
    }
}
