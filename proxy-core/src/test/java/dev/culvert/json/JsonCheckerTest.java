package dev.culvert.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCheckerTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/json");
    private static final int ROUNDS = 20_000;
    private static final long SEED = 20261129;

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Texts with bytes changed, cut out and doubled, that arrive in pieces of any size. */
    @ParameterizedTest
    @MethodSource("corpus")
    void acceptsJustWhatTheCheckOfAWholeTextAccepts(Path file) throws IOException {
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(SEED);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] text = mutated(good, random);
            String shown = "round " + round + ": " + new String(text, ISO_8859_1);
            List<String> members = whole(text);
            assertThat(inPieces(text, random)).as(shown).isEqualTo(members);
            accepted += members == null ? 0 : 1;
        }
        assertThat(accepted).isBetween(ROUNDS / 100, ROUNDS - ROUNDS / 100);
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] text = good.clone();
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(text.length);
            switch (random.nextInt(4)) {
                case 0 -> text[at] = (byte) random.nextInt(256);
                case 1 -> text[at] = (byte) "{}[]\",:\\ e01t".charAt(random.nextInt(13));
                case 2 -> text = without(text, at, random.nextInt(4));
                default -> text = doubled(text, at, random.nextInt(8));
            }
        }
        return text;
    }

    private static byte[] without(byte[] text, int at, int length) {
        int to = Math.min(text.length, at + length);
        byte[] less = new byte[Math.max(1, text.length - (to - at))];
        System.arraycopy(text, 0, less, 0, Math.min(at, less.length));
        System.arraycopy(text, to, less, Math.min(at, less.length), text.length - to);
        return less;
    }

    private static byte[] doubled(byte[] text, int at, int length) {
        int more = Math.min(length, text.length - at);
        byte[] longer = new byte[text.length + more];
        System.arraycopy(text, 0, longer, 0, at + more);
        System.arraycopy(text, at, longer, at + more, text.length - at);
        return longer;
    }

    private static @Nullable List<String> whole(byte[] text) {
        ByteBuf bytes = Unpooled.wrappedBuffer(text);
        try {
            JsonText.checkObject(bytes);
        } catch (BadJsonException _) {
            return null;
        }
        return members(bytes, JsonMembers.find(bytes));
    }

    private static @Nullable List<String> inPieces(byte[] text, Random random) {
        ByteBuf bytes = Unpooled.directBuffer(text.length);
        JsonChecker checker = new JsonChecker();
        try {
            int most = 1 + random.nextInt(1 + random.nextInt(64));
            for (int at = 0; at < text.length; ) {
                int piece = Math.min(text.length - at, 1 + random.nextInt(most));
                bytes.writeBytes(text, at, piece);
                at += piece;
                checker.advance(bytes);
            }
            checker.end(bytes);
            return members(bytes, checker.places());
        } catch (BadJsonException _) {
            return null;
        } finally {
            bytes.release();
        }
    }

    private static List<String> members(ByteBuf text, int[] places) {
        JsonMembers members = new JsonMembers(text, places);
        List<String> found = new ArrayList<>();
        while (members.next()) {
            int length = members.valueEnd() - members.valueStart();
            found.add(
                    members.name()
                            + " = "
                            + text.toString(members.valueStart(), length, ISO_8859_1));
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, 65_535, 65_536, 65_537, 1_000_000})
    void aTextLargerThanAWindowIsCheckedWhereverItIsCut(int piece) {
        String large = "é漢🙂\\n\\u00e9 text ".repeat(20_000);
        byte[] text =
                "{\"a\":\"%s\",\"b\":[1,{\"c\":\"%s\"}],\"d\":true}"
                        .formatted(large, large)
                        .getBytes(UTF_8);
        ByteBuf bytes = Unpooled.buffer(text.length);
        JsonChecker checker = new JsonChecker();
        int step = Math.max(piece, 1_000); // a piece of one byte takes as long as one of 64 KiB
        for (int at = 0; at < text.length; at += step) {
            bytes.writeBytes(text, at, Math.min(step, text.length - at));
            checker.advance(bytes);
            assertThat(bytes.readableBytes() - checker.checkedBytes()).isLessThan(6);
        }

        checker.end(bytes);

        assertThat(members(bytes, checker.places())).isEqualTo(whole(text));
    }

    @Test
    void aNameAsLongAsMayBeIsReadAcrossWindows() {
        String name = "\\u0041".repeat(50_000);
        ByteBuf text = Unpooled.copiedBuffer("{\"" + name + "\":1}", UTF_8);
        JsonChecker checker = new JsonChecker();

        checker.advance(text.slice(0, 200_000));
        checker.end(text);

        assertThat(new JsonMembers(text, checker.places()).next()).isTrue();
    }

    @Test
    void aNameThatNeverEndsIsRefusedBeforeTheTextEnds() {
        ByteBuf text = Unpooled.copiedBuffer("{\"" + "a".repeat(400_000), UTF_8);
        JsonChecker checker = new JsonChecker();

        checker.advance(text);

        assertThatThrownBy(() -> checker.end(text))
                .isInstanceOfSatisfying(
                        BadJsonException.class,
                        bad ->
                                assertThat(bad.reason())
                                        .isEqualTo(BadJsonException.Reason.NAME_TOO_LONG));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            value = {"{\"a\":%s}, 1, 1000", "{\"a\":-0.%s}, 1, 999", "{\"a\":%s1%s}, [, 62"})
    void theLimitsAreThoseOfAFrame(String text, String piece, int most) {
        assertThat(isAccepted(filled(text, piece, most))).isTrue();
        assertThat(isAccepted(filled(text, piece, most + 1))).isFalse();
    }

    private static byte[] filled(String text, String piece, int times) {
        String closing = piece.equals("[") ? "]" : piece;
        return text.formatted(piece.repeat(times), closing.repeat(times)).getBytes(UTF_8);
    }

    private static boolean isAccepted(byte[] text) {
        List<String> members = whole(text);
        assertThat(inPieces(text, new Random(SEED))).isEqualTo(members);
        return members != null;
    }

    @Test
    void tooManyTokensAreRefused() {
        byte[] text = ("{\"a\":[" + "1,".repeat(1_000_000) + "1]}").getBytes(UTF_8);

        assertThat(isAccepted(text)).isFalse();
    }
}
