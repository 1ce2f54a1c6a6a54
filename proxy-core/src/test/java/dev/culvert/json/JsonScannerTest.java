package dev.culvert.json;

import static dev.culvert.json.BadJsonException.Reason.INVALID_JSON;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside the golden vectors of framing.md, which FrameCodecTest puts to it. */
class JsonScannerTest {
    private static final JsonFactory JACKSON = new JsonFactory();
    private static final int TEXTS = 60_000;

    /** What texts by chance are made of; none of it is in order everywhere. */
    private static final List<String> PIECES =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\"",
                    "\\",
                    " ",
                    "\n",
                    "\t",
                    "\r",
                    "0",
                    "1",
                    "-1",
                    "-",
                    "01",
                    "1.5",
                    "1.",
                    ".5",
                    "1e3",
                    "1E+9",
                    "e",
                    "1e",
                    "true",
                    "false",
                    "null",
                    "tru",
                    "nul",
                    "\"a\"",
                    "\"a\":",
                    "\"b\":1",
                    "\"\\u0041\"",
                    "\"\\ud800\"",
                    "\"\\u12g4\"",
                    "\\u",
                    "\"\\n\\\"\\\\\\/\"",
                    "\"\\x\"",
                    "\"é\"",
                    "\"漢字\"",
                    "\"🙂\"",
                    "é",
                    "\u0000",
                    "\"\u0001\"",
                    "\u007f",
                    "\"twelve letters\"",
                    "{}",
                    "[]",
                    "[1,2]",
                    "{\"a\":1}",
                    "{\"a\":{}}",
                    "[[]]",
                    "//",
                    "NaN",
                    "+1",
                    "'a'");

    /** The elements of the array that the text is, those of objects by their members. */
    private static List<String> elements(String array) {
        ByteBuf bytes = Unpooled.copiedBuffer(array, UTF_8);
        List<String> elements = new ArrayList<>();
        JsonScanner scanner = JsonScanner.of(bytes, JsonLimits.FRAME);
        scanner.toValue();
        scanner.enterArray();
        while (scanner.nextElement()) {
            int start = scanner.valueStart();
            if (scanner.kind() == '{') {
                scanner.enter();
                while (scanner.next()) {
                    scanner.skip();
                    elements.add(scanner.name());
                }
            } else {
                scanner.skip();
            }
            elements.add(array.substring(start, scanner.valueEnd()));
        }
        assertThat(scanner.valueEnd()).isEqualTo(array.length());
        return elements;
    }

    @Test
    void stepsThroughTheElementsOfAnArray() {
        assertThat(elements("[]")).isEmpty();
        assertThat(elements(" [ 1 ,\"a\",[2,3], {\"n\":[4]} ,{}]"))
                .containsExactly("1", "\"a\"", "[2,3]", "n", "{\"n\":[4]}", "{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,]", "[,1]", "[1 2]", "[1", "[", "[1}"})
    void refusesAnArrayThatIsNone(String array) {
        assertThatThrownBy(() -> elements(array)).isInstanceOf(BadJsonException.class);
    }

    @Test
    void theMembersOfACheckedObjectAreFoundAlsoAfterBlanks() {
        ByteBuf text = Unpooled.copiedBuffer("xyz {\"a\": 1, \"b\":[2] }", UTF_8).skipBytes(3);
        JsonMembers members = JsonText.members(text);
        List<String> found = new ArrayList<>();
        while (members.next()) {
            found.add(
                    "%d %d-%d"
                            .formatted(
                                    members.nameStart(), members.valueStart(), members.valueEnd()));
        }
        assertThat(found).containsExactly("6 10-11", "14 17-20");
        assertThatThrownBy(() -> JsonText.members(Unpooled.copiedBuffer("{\"a\":}", UTF_8)))
                .isInstanceOf(BadJsonException.class);
    }

    @Test
    void manyMembersAreFoundToo() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            text.append(i == 0 ? "{" : ",").append("\"m").append(i).append("\":").append(i);
        }
        JsonMembers members = JsonText.members(Unpooled.copiedBuffer(text + "}", UTF_8));
        int count = 0;
        while (members.next()) {
            assertThat(members.name()).isEqualTo("m" + count);
            assertThat(members.count()).isEqualTo(count++);
        }
        assertThat(count).isEqualTo(1000);
    }

    @Test
    void acceptsJustWhatTheGeneralParserAccepts() throws Exception {
        Random random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < TEXTS; i++) {
            byte[] text = text(random);
            List<String> members = parsed(text);
            String shown = "seed 7, text " + i + ": " + new String(text, ISO_8859_1);
            assertThat(scanned(text)).as(shown).isEqualTo(members);
            accepted += members == null ? 0 : 1;
        }
        assertThat(accepted).isBetween(TEXTS / 10, 9 * TEXTS / 10);
    }

    /** An object of members by chance, in most cases with a few bytes that do not belong there. */
    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder("{");
        int members = random.nextInt(4);
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : ",").append(blanks(random));
            text.append("\"m").append("\\u0061".repeat(random.nextInt(2))).append(i).append("\"");
            text.append(blanks(random)).append(':').append(blanks(random));
            text.append(value(random, 3)).append(blanks(random));
        }
        text.append('}').append(blanks(random));
        for (int faults = random.nextInt(3); faults > 0; faults--) {
            int at = random.nextInt(text.length() + 1);
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            text.replace(at, Math.min(text.length(), at + random.nextInt(3)), piece);
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        if (random.nextInt(8) == 0 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 8)) {
            case 0 -> "true";
            case 1 -> "null";
            case 2 -> Long.toString(random.nextLong());
            case 3 -> Double.toString(random.nextDouble() * random.nextInt(1_000_000));
            case 4 -> "\"" + "abc\\u00e9 é漢🙂\\\\".repeat(random.nextInt(4)) + "\"";
            case 5 -> "\"" + "x".repeat(random.nextInt(40)) + "\"";
            case 6 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            default -> "{\"n\":" + value(random, depth - 1) + "}";
        };
    }

    private static String blanks(Random random) {
        return random.nextInt(4) == 0 ? " \n" : "";
    }

    /** Name and kind of each member; null where the text is refused. */
    private static @Nullable List<String> scanned(byte[] text) {
        ByteBuf bytes = Unpooled.wrappedBuffer(text);
        List<String> members = new ArrayList<>();
        try {
            JsonScanner scanner = JsonScanner.of(bytes, JsonLimits.FRAME);
            scanner.open();
            while (scanner.next()) {
                scanner.skip();
                String shown = scanner.kind() == '"' ? scanner.text() : "" + (char) scanner.kind();
                members.add(scanner.name() + "=" + shown);
            }
            scanner.end();
            return members;
        } catch (BadJsonException _) {
            return null;
        }
    }

    private static @Nullable List<String> parsed(byte[] text) throws IOException {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException _) {
            return null;
        }
        boolean mayBeTakenForUtf16 = text.length > 1 && (text[0] == 0 || text[1] == 0);
        List<String> members = new ArrayList<>();
        try (JsonParser parser = JACKSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT || mayBeTakenForUtf16) {
                return null;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken kind = parser.nextToken();
                int at = (int) parser.currentTokenLocation().getByteOffset();
                String shown =
                        kind == JsonToken.VALUE_STRING ? parser.getText() : "" + (char) text[at];
                parser.skipChildren();
                members.add(name + "=" + shown);
            }
            return parser.nextToken() == null ? members : null;
        } catch (IOException _) {
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 7, 8, 9, 15, 16, 17, 31})
    void findsTheEndOfAStringWhereverInEightBytesItStands(int length) {
        for (String last : List.of("\\\"", "\\\\", "é", "漢", "\u007f", " ")) {
            String content = "x".repeat(length) + last;
            JsonScanner scanner = scanner("{\"a\":\"" + content + "\",\"b\":2}");

            assertThat(scanner.next()).isTrue();
            scanner.skip();
            assertThat(scanner.text())
                    .isEqualTo("x".repeat(length) + last.replaceFirst("^\\\\", ""));
            assertThat(scanner.valueEnd() - scanner.valueStart())
                    .isEqualTo(content.getBytes(UTF_8).length + 2);
            assertThat(scanner.next()).isTrue();
            assertThat(scanner.isNamed("b")).isTrue();
        }
        for (String bad : List.of("\u0000", "\u001f", "\n")) {
            JsonScanner scanner = scanner("{\"a\":\"" + "x".repeat(length) + bad + "\"}");

            assertThat(scanner.next()).isTrue();
            assertThatThrownBy(scanner::skip).isInstanceOf(BadJsonException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[,]", "[1,]", "[{},]", "[{} {}]", "[{}}", "[{},", "[{\"a\"}]"})
    void anArrayThatIsNoJsonIsRefusedWhereItsElementsAreLookedAtToo(String array) {
        JsonScanner scanner = scanner("{\"tool_calls\":" + array + ",\"id\":\"1\"}");
        assertThat(scanner.next()).isTrue();

        assertThatThrownBy(() -> scanner.skipArrayOf((byte) '{'))
                .isInstanceOf(BadJsonException.class)
                .extracting(bad -> ((BadJsonException) bad).reason())
                .isEqualTo(INVALID_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[ ]", "[{}]", " [ {} , {\"a\":[1,{}]} ] ", "[{\"b\":\"]\"}]"})
    void anArrayOfObjectsIsToldFromOthers(String array) {
        assertThat(isArrayOfObjects(array)).isTrue();
        int end = array.lastIndexOf(']');
        String comma = array.contains("{") ? "," : "";
        assertThat(isArrayOfObjects(array.substring(0, end) + comma + "1]")).isFalse();
    }

    private static boolean isArrayOfObjects(String array) {
        JsonScanner scanner = scanner("{\"tool_calls\":" + array + ",\"id\":\"1\"}");
        assertThat(scanner.next()).isTrue();
        boolean all = scanner.skipArrayOf((byte) '{');
        assertThat(scanner.isNamed("tool_calls")).isTrue();
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.isNamed("id")).isTrue();
        return all;
    }

    private static JsonScanner scanner(String text) {
        JsonScanner scanner =
                JsonScanner.of(Unpooled.wrappedBuffer(text.getBytes(UTF_8)), JsonLimits.FRAME);
        scanner.open();
        return scanner;
    }
}
