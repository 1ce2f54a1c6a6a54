package dev.culvert.daemon.providers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers of providers with bytes changed, cut out, doubled and put in: every byte comes out, the
 * pieces in which they come make no difference, and no count is negative or more than there is.
 */
@Timeout(60)
class StreamFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/daemon/providers");
    private static final int ROUNDS = 300;
    private static final long SEED = 20261130;
    private static final long ASKED = 7;

    private static final List<String> PUT_IN =
            List.of(
                    "\n",
                    "\r",
                    "\r\n",
                    "\n\n",
                    "data:",
                    "data: {",
                    ":",
                    "{",
                    "}",
                    "[",
                    "\"",
                    "\\",
                    "\0",
                    "\u00ff",
                    "-1",
                    "1e9",
                    "999999999999999",
                    "9999999999999999999999",
                    "\"usage\":{\"output_tokens\":",
                    "\"delta\":");

    /** What a stream was divided into, and what was counted. */
    private record Read(List<String> events, long input, long output) {}

    @ParameterizedTest
    @CsvSource({
        "chat.sse, 12, 5",
        "messages.sse, 30, 11",
        "responses.sse, 9, 4",
        "no-usage.sse, 7, 3",
    })
    void aSavedStreamHasTheTokensThatItSays(String name, long input, long output)
            throws IOException {
        Read read = read(saved(name), new Random(SEED));

        assertThat(read.input()).isEqualTo(input);
        assertThat(read.output()).isEqualTo(output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.sse", "messages.sse", "responses.sse", "no-usage.sse"})
    void aChangedStreamComesOutWholeHoweverItIsCut(String name) throws IOException {
        String good = saved(name);
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String stream = mutated(good, random);

            Read read = read(stream, random);

            assertThat(String.join("", read.events())).isEqualTo(stream);
            assertThat(read).as("round %d", round).isEqualTo(readAtOnce(stream));
            assertThat(read.input()).as("round %d", round).isNotNegative();
            assertThat(read.output()).as("round %d", round).isNotNegative();
            if (!stream.contains("usage")) {
                assertThat(read.output()).isLessThanOrEqualTo(stream.length());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"chat.json, 12, 5", "messages.json, 30, 11"})
    void aChangedAnswerIsCountedByWhatItSaysOrByItsBytes(String name, long input, long output)
            throws IOException {
        String good = saved(name);
        TokenCount all = whole(good);
        assertThat(all.input()).isEqualTo(input);
        assertThat(all.output()).isEqualTo(output);

        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String changed = mutated(good, random);
            TokenCount count = whole(changed);
            assertThat(count.input()).as(changed).isNotNegative();
            assertThat(count.output()).as(changed).isNotNegative();
            if (!changed.contains("usage")) {
                assertThat(count.output()).isEqualTo(changed.length() / 4);
            }
        }
    }

    /** More than is held of one event: it passes in parts, and the next one is found again. */
    @Test
    void aHugeEventAmongChangedOnesPassesInParts() throws IOException {
        Random random = new Random(SEED);
        String small = saved("chat.sse");
        String huge = "data: " + "x".repeat(EventSplitter.MOST_EVENT_BYTES + 10) + "\n\n";
        for (int round = 0; round < 4; round++) {
            String stream = mutated(small, random) + "\n\n" + huge + mutated(small, random);

            assertThat(String.join("", read(stream, random).events()).equals(stream)).isTrue();
        }
    }

    private static TokenCount whole(String answer) {
        TokenCount count = new TokenCount(ASKED);
        ByteBuf body = Unpooled.copiedBuffer(answer, ISO_8859_1);
        count.whole(body, body.readableBytes());
        assertThat(body.release()).isTrue();
        return count;
    }

    /** In pieces of random length. */
    private static Read read(String stream, Random random) {
        EventSplitter splitter = new EventSplitter(UnpooledByteBufAllocator.DEFAULT);
        TokenCount count = new TokenCount(ASKED);
        List<String> events = new ArrayList<>();
        int most = stream.length() < 100_000 ? 200 : 200_000;
        for (int at = 0; at < stream.length(); ) {
            int end = Math.min(stream.length(), at + 1 + random.nextInt(most));
            add(splitter, count, stream.substring(at, end), events);
            at = end;
        }
        return ended(splitter, count, events);
    }

    private static Read readAtOnce(String stream) {
        EventSplitter splitter = new EventSplitter(UnpooledByteBufAllocator.DEFAULT);
        TokenCount count = new TokenCount(ASKED);
        List<String> events = new ArrayList<>();
        add(splitter, count, stream, events);
        return ended(splitter, count, events);
    }

    private static void add(
            EventSplitter splitter, TokenCount count, String piece, List<String> events) {
        ByteBuf bytes = Unpooled.copiedBuffer(piece, ISO_8859_1);
        splitter.add(bytes);
        assertThat(bytes.release()).isTrue();
        for (ByteBuf event = splitter.next(); event != null; event = splitter.next()) {
            if (!splitter.endsLarge()) {
                int references = event.refCnt();
                count.event(event);
                assertThat(event.refCnt()).isEqualTo(references);
            }
            events.add(event.toString(ISO_8859_1));
        }
        ByteBuf part = splitter.part();
        if (part != null) {
            events.add(part.toString(ISO_8859_1));
        }
        splitter.trim();
        assertThat(splitter.heldBytes()).isLessThan(4 * EventSplitter.MOST_EVENT_BYTES);
    }

    private static Read ended(EventSplitter splitter, TokenCount count, List<String> events) {
        ByteBuf rest = splitter.rest();
        if (rest != null) {
            events.add(rest.toString(ISO_8859_1));
        }
        splitter.drop();
        return new Read(events, count.input(), count.output());
    }

    private static String saved(String name) throws IOException {
        return Files.readString(CORPUS.resolve(name), ISO_8859_1);
    }

    private static String mutated(String good, Random random) {
        String text = good;
        for (int i = random.nextInt(4); i >= 0; i--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + 1 + random.nextInt(60));
            String put = PUT_IN.get(random.nextInt(PUT_IN.size()));
            text =
                    switch (random.nextInt(5)) {
                        case 0 -> text.substring(0, from) + put + text.substring(to);
                        case 1 -> text.substring(0, from) + put + text.substring(from);
                        case 2 -> text.substring(0, to) + text.substring(from);
                        case 3 ->
                                text.substring(0, from)
                                        + (char) random.nextInt(256)
                                        + text.substring(from + 1);
                        default -> text.substring(0, from) + text.substring(to);
                    };
            if (text.isEmpty()) {
                return good;
            }
        }
        return text;
    }
}
