package dev.culvert.guest.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What programs say, with bytes changed, cut out and doubled. */
@Timeout(60)
class LocalLineFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/guest/local/lines.txt");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261129;

    static List<String> lines() throws IOException {
        return Files.readAllLines(CORPUS);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void isUnderstoodOrMalformed(String good) {
        byte[] bytes = good.getBytes(UTF_8);
        assertThat(isUnderstood(bytes)).isTrue();
        Random random = new Random(SEED);
        int malformed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            malformed += isUnderstood(mutated(bytes, random)) ? 0 : 1;
        }
        assertThat(malformed).isBetween(1, ROUNDS - 1);
    }

    /** Whatever is read of it can be sent on: as an id, a subject, or data. */
    private static boolean isUnderstood(byte[] bytes) {
        ByteBuf all = Unpooled.buffer().writeZero(5).writeBytes(bytes).writeZero(3);
        LocalLine line = LocalLine.read(all.slice(5, bytes.length));
        assertThat(line.id()).matches("[!-~&&[^\"\\\\]]{0,64}");
        switch (line) {
            case LocalLine.Publish it -> check(it.data());
            case LocalLine.Request it -> check(it.data());
            case LocalLine.Reply it -> check(it.data());
            case LocalLine.Subscribe it -> assertThat(it.match().toString()).isNotEmpty();
            case LocalLine.Answer it -> assertThat(it.match().toString()).isNotEmpty();
            case LocalLine.Failed it -> assertThat(it.message()).isNotNull();
            case LocalLine.Malformed it -> assertThat(it.why()).isNotBlank();
        }
        assertThat(all.refCnt()).isOne();
        return !(line instanceof LocalLine.Malformed);
    }

    private static void check(ByteBuf data) {
        JsonText.checkObject(
                Unpooled.buffer()
                        .writeBytes("{\"data\":".getBytes(UTF_8))
                        .writeBytes(data.duplicate())
                        .writeByte('}'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                          | the line is not one JSON object",
                "{\"type\":\"sing\"}                         | 'type' must be \"publish\"",
                "{\"subject\":\"a\"}                         | 'type' must be \"publish\"",
                "{\"type\":\"publish\",\"data\":1}           | 'subject' is missing",
                "{\"type\":\"publish\",\"subject\":\"a\"}    | 'data' is missing",
                "{\"type\":\"request\",\"subject\":\"a b\",\"data\":1} | 'a b' is not a subject",
                "{\"type\":\"answer\"}                       | 'match' is missing",
                "{\"type\":\"subscribe\"}                    | 'match' is missing",
                "{\"type\":\"answer\",\"match\":\"a.\"}      | 'a.' matches no subject",
                "{\"type\":\"reply\",\"id\":\"x\"}           | 'data' is missing",
                "{\"type\":\"reply\",\"id\":5,\"data\":1}    | 'id' must be a string",
                "{\"type\":\"reply\",\"id\":\"a b\",\"data\":1} | 'id' must have at most 64",
                "{\"type\":\"reply\",\"type\":\"reply\"}     | 'type' is there twice"
            })
    void whatIsWrongIsSaidInWords(String line, String why) {
        assertThat(LocalLine.read(Unpooled.copiedBuffer(line, UTF_8)))
                .isInstanceOfSatisfying(
                        LocalLine.Malformed.class, it -> assertThat(it.why()).startsWith(why));
    }

    @Test
    void aMalformedLineKeepsItsIdForTheAnswer() {
        LocalLine line =
                LocalLine.read(Unpooled.copiedBuffer("{\"id\":\"7\",\"type\":\"publish\"}", UTF_8));

        assertThat(line).isInstanceOf(LocalLine.Malformed.class);
        assertThat(line.id()).isEqualTo("7");
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 1; i--) {
            int at = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, at + 1 + random.nextInt(8));
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) "{}[]\",:\\. *>n".charAt(random.nextInt(13));
                case 2 -> bytes = joined(bytes, at, to);
                default -> bytes = joined(bytes, to, at);
            }
        }
        return bytes;
    }

    /** What comes before {@code end}, and then what comes from {@code start} on. */
    private static byte[] joined(byte[] bytes, int end, int start) {
        byte[] joined = Arrays.copyOf(bytes, end + bytes.length - start);
        System.arraycopy(bytes, start, joined, end, bytes.length - start);
        return joined;
    }
}
