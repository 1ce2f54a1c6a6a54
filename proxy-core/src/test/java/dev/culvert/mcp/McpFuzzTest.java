package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages of servers with bytes changed, cut out and doubled, and split anywhere. */
@Timeout(60)
class McpFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/mcp/corpus");
    private static final int ROUNDS = 1_500;
    private static final long SEED = 20261130;
    private static final String SYNTAX = "{}[],:\"\\/ -019eé\ud800\0\n";
    private static final List<String> PIECES =
            List.of(
                    "null",
                    "true",
                    "-1",
                    "1e999",
                    "\"\"",
                    "{}",
                    "[[",
                    "\"id\":1,",
                    "\\ud800",
                    "x-mcp-header");
    private static final int MOST_OUTPUT = 200;

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Each is refused with a sentence, or used within its bounds. */
    @ParameterizedTest
    @MethodSource("files")
    void aMessageIsRefusedOrUsed(Path file) throws IOException {
        String good = Files.readString(file);
        assertThat(isUsed(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isUsed(mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isUsed(String text) {
        List<Incoming> messages;
        try {
            messages = Incoming.read(text.getBytes(UTF_8));
        } catch (BadMessageException e) {
            assertThat(e.why()).isNotBlank().doesNotContain("\n");
            return false;
        }
        for (Incoming message : messages) {
            if (message instanceof Incoming.Answer answer) {
                use(answer.result());
            }
        }
        return true;
    }

    private static void use(Tree.Members result) {
        String told = ResultText.of(result, MOST_OUTPUT);
        assertThat(told).isNotEmpty();
        assertThat(told.getBytes(UTF_8).length).isLessThan(MOST_OUTPUT + 40);
        ToolList list = new ToolList(McpLimits.DEFAULTS);
        list.add(result.items("tools"));
        assertThat(list.leftOut()).doesNotContain("\n");
        for (ToolList.Listed tool : list.tools()) {
            assertThat(ToolNames.of("s", tool.name())).matches("mcp__s__[A-Za-z0-9_-]{1,57}");
            assertThat(tool.schema()).startsWith("{").doesNotContain("\n");
            tool.headers()
                    .headers(result)
                    .values()
                    .forEach(value -> assertThat(value).matches("[ -~]*"));
        }
    }

    /** What was read is written again as the same. */
    @ParameterizedTest
    @MethodSource("files")
    void whatIsReadIsWrittenInOneLine(Path file) throws Exception {
        Tree tree = Tree.read(Files.readAllBytes(file));
        assertThat(tree.json()).doesNotContain("\n");
        assertThat(Tree.read(tree.json())).isEqualTo(tree);
    }

    @Test
    void linesAndEventsAreTheSameWhereverTheyAreSplit() throws Exception {
        Random random = new Random(SEED);
        byte[] events =
                "\ufeff: hi\r\nevent: message\rdata: {\"a\":\ndata:1}\n\nid: 7\n\ndata\n\ndata: é\r\n\r\nretry: 1\ndata: end"
                        .getBytes(UTF_8);
        byte[] lines = "{\"a\":1}\n\n  \r\n{\"é\":2}\r\nrest".getBytes(UTF_8);
        for (int round = 0; round < 500; round++) {
            assertThat(split(events, random, true)).containsExactly("{\"a\":\n1}", "é");
            assertThat(split(lines, random, false)).containsExactly("{\"a\":1}", "{\"é\":2}\r");
        }
    }

    private static List<String> split(byte[] bytes, Random random, boolean areEvents)
            throws BadMessageException {
        List<String> told = new ArrayList<>();
        EventData events = new EventData(1_000);
        LineBuffer lines = new LineBuffer(1_000);
        int at = 0;
        while (at < bytes.length) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(8));
            byte[] piece = Arrays.copyOfRange(bytes, at, to);
            if (areEvents) {
                events.feed(piece, event -> told.add(new String(event, UTF_8)));
            } else {
                lines.feed(piece, piece.length, line -> told.add(new String(line, UTF_8)));
            }
            at = to;
        }
        return told;
    }

    @Test
    void nothingIsHeldWithoutABound() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            byte[] piece = new byte[400];
            random.nextBytes(piece);
            ByteArrayOutputStream told = new ByteArrayOutputStream();
            LineBuffer lines = new LineBuffer(1_000);
            EventData events = new EventData(1_000);
            try {
                for (int i = 0; i < 100; i++) {
                    lines.feed(piece, piece.length, told::writeBytes);
                    events.feed(piece, told::writeBytes);
                }
            } catch (BadMessageException e) {
                assertThat(e.why()).isEqualTo("it has more than 1000 bytes");
            }
        }
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, SYNTAX.charAt(random.nextInt(SYNTAX.length())));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                case 3 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(at, SYNTAX.charAt(random.nextInt(SYNTAX.length())));
            }
        }
        return text.toString();
    }
}
