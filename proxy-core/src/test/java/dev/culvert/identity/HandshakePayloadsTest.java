package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The payloads of a handshake. The corpus is named after the types. */
@Timeout(60)
class HandshakePayloadsTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/identity");
    private static final String KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private static final int ROUNDS = 10_000;
    private static final long SEED = 20261129;

    private enum Outcome {
        NOT_JSON,
        REFUSED,
        READ
    }

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Whatever comes is read, and then written so that it is read alike, or refused. */
    @ParameterizedTest
    @MethodSource("corpus")
    void changedBytesAreReadOrRefused(Path file) throws IOException {
        byte[] good = Files.readAllBytes(file);
        FrameType type = type(file);
        assertThat(outcome(type, good)).isEqualTo(Outcome.READ);

        Random random = new Random(SEED);
        Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        for (int round = 0; round < ROUNDS; round++) {
            outcomes.add(outcome(type, changed(good, random)));
        }

        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.values());
    }

    private static FrameType type(Path file) {
        String name = file.getFileName().toString();
        return FrameType.valueOf(name.split("[-.]", 2)[0].toUpperCase(Locale.ROOT));
    }

    private static Outcome outcome(FrameType type, byte[] bytes) {
        ByteBuf payload = Unpooled.wrappedBuffer(bytes);
        try {
            JsonText.checkObject(payload);
        } catch (BadJsonException _) {
            return Outcome.NOT_JSON; // no frame with it gets so far
        }
        try {
            Record read = read(new Frame(type, "", payload));
            assertThat(read(frame(read))).isEqualTo(read);
            return Outcome.READ;
        } catch (BadHandshakeException e) {
            assertThat(e.getMessage()).startsWith("a '" + type.wireName() + "' ");
            return Outcome.REFUSED;
        }
    }

    private static Record read(Frame frame) throws BadHandshakeException {
        return switch (frame.type()) {
            case HELLO -> Hello.read(frame);
            case REGISTER -> Register.read(frame);
            case CHALLENGE -> Challenge.read(frame);
            case PROVE -> Proof.read(frame);
            case REGISTERED -> Registered.read(frame);
            case REFUSED -> Refused.read(frame);
            default -> throw new IllegalArgumentException(frame.toString());
        };
    }

    private static Frame frame(Record payload) {
        return switch (payload) {
            case Hello it -> it.frame();
            case Register it -> it.frame();
            case Challenge it -> it.frame();
            case Proof it -> it.frame();
            case Registered it -> it.frame();
            case Refused it -> it.frame();
            default -> throw new IllegalArgumentException(payload.toString());
        };
    }

    private static byte[] changed(byte[] good, Random random) {
        byte[] bytes = good.clone();
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(12));
        return switch (random.nextInt(4)) {
            case 0 -> with(bytes, at, random.nextInt(256));
            case 1 -> with(bytes, at, "{}[]\",:\\ 0".charAt(random.nextInt(10)));
            case 2 -> joined(bytes, at, end);
            default -> joined(bytes, end, at);
        };
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        return bytes;
    }

    /** What comes before {@code end}, and then what comes from {@code start} on. */
    private static byte[] joined(byte[] bytes, int end, int start) {
        byte[] joined = Arrays.copyOf(bytes, end + bytes.length - start);
        System.arraycopy(bytes, start, joined, end, bytes.length - start);
        return joined;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HELLO | {} | a 'hello' needs 'agent_id'",
                "HELLO | {\"agent_id\":\"a b\"} | a 'hello' needs 'agent_id'",
                "HELLO | {\"agent_id\":7} | a 'hello' needs 'agent_id'",
                "HELLO | {\"agent_id\":\"a\",\"agent_id\":\"a\"} | a 'hello' has a member twice",
                "CHALLENGE | {\"nonce\":\"n\",\"agent_id\":\"a\",\"new_key\":1} | neither true nor false",
                "REFUSED | {\"code\":\"c\",\"retry_after\":-1} | a whole number from 0 to 2^53-1",
                "REFUSED | {\"code\":\"c\",\"retry_after\":1.5} | a whole number from 0 to 2^53-1",
                "REFUSED | {\"code\":\"c\",\"retry_after\":9007199254740992} | a whole number",
                "REGISTER | {\"token\":\"t\",\"instance\":\"i\"} | needs 'public_key'",
                "REGISTER | {\"token\":\"t\",\"instance\":\"i\",\"public_key\":\"a\"} | is not 32 bytes"
            })
    void refusesWhatBreaksTheSchema(FrameType type, String payload, String why) {
        Frame frame = new Frame(type, "", Unpooled.copiedBuffer(payload, UTF_8));

        assertThatThrownBy(() -> read(frame))
                .isInstanceOf(BadHandshakeException.class)
                .hasMessageContaining(why);
    }

    @Test
    void readsLittleOfAPeerThatNobodyKnows() {
        String long16k = "x".repeat(Members.MOST_BYTES);
        Frame large =
                new Frame(
                        FrameType.HELLO,
                        "",
                        Unpooled.copiedBuffer(
                                "{\"agent_id\":\"a\",\"x\":\"" + long16k + "\"}", UTF_8));

        assertThatThrownBy(() -> read(large)).hasMessageContaining("may have 16384");
        assertThatThrownBy(() -> read(register("features", "[" + "\"a\",".repeat(100) + "\"a\"]")))
                .hasMessageContaining("up to 100 strings");
        assertThatThrownBy(() -> read(register("facts", facts(33))))
                .hasMessageContaining("up to 32 strings");
    }

    private static String facts(int count) {
        StringBuilder facts = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            facts.append(i == 0 ? "" : ",").append("\"f").append(i).append("\":\"v\"");
        }
        return facts.append('}').toString();
    }

    private static Frame register(String name, String value) {
        String payload =
                "{\"token\":\"t\",\"instance\":\"i\",\"public_key\":\"%s\",\"%s\":%s}"
                        .formatted(KEY, name, value);
        return new Frame(FrameType.REGISTER, "", Unpooled.copiedBuffer(payload, UTF_8));
    }

    @Test
    void quotesWhatIsForPeople() throws BadHandshakeException {
        Frame frame =
                new Frame(
                        FrameType.REGISTER,
                        "",
                        Unpooled.wrappedBuffer(bytes("register-strange.json")));

        Register register = Register.read(frame);

        assertThat(register.agentVersion()).isEqualTo("1\\n2");
        assertThat(register.facts()).isEqualTo(Map.of("\ud83d\ude00", "\\u202e"));
        assertThat(register.toString()).doesNotContain(register.token());
    }

    private static byte[] bytes(String file) {
        try {
            return Files.readAllBytes(CORPUS.resolve(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
