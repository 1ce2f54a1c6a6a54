package dev.culvert.daemon.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.audit.AuditLog;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What guests ask and claim, also with bytes changed, cut out and doubled. */
class FrameReaderTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/approvals/frames.txt");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261130;
    private static final int MOST = 1_000;
    private static final String ARGUMENTS = "{\"argv\": [\"git\" ,\"push\"]}";

    private static Frame frame(FrameType type, String payload) {
        return new Frame(type, "a-1", Unpooled.copiedBuffer(payload, UTF_8));
    }

    private static String approve() {
        return "{\"approval_id\":\"ap_0123456789012345678901\",\"turn\":\"t1\",\"call_id\":\"c1\","
                + "\"tool_name\":\"run_command\",\"arguments\":"
                + ARGUMENTS
                + ",\"digest\":\""
                + AuditLog.digest(ARGUMENTS)
                + "\",\"policy\":\"v7\",\"rule\":\"pushes\",\"why\":\"others see\\u0000 it\","
                + "\"expires\":\"2026-11-30T08:15:00Z\"}";
    }

    @Test
    void readsWhatAGuestAsks() throws Exception {
        assertThat(FrameReader.ask(frame(FrameType.APPROVE, approve()), MOST))
                .isEqualTo(
                        new Ask(
                                "ap_0123456789012345678901",
                                new ParkedCall(
                                        "t1",
                                        "c1",
                                        "run_command",
                                        ARGUMENTS,
                                        AuditLog.digest(ARGUMENTS),
                                        "v7",
                                        "pushes",
                                        "others see\\u0000 it"),
                                Instant.parse("2026-11-30T08:15:00Z")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    "ap_01             | "ap-01                 | 'approval_id' is ap_ and 22 characters
                    "turn":"t1",       |                        | 'turn' is missing
                    "turn":"t1"        | "turn":""              | 'turn' has 1 to 256 characters, all visible
                    "turn":"t1"        | "turn":7               | 'turn' must be a string
                    "turn":"t1"        | "turn":"t1","turn":"t" | 'turn' is there twice
                    "c1"               | "c\\u0000"             | 'call_id' has 1 to 256 characters, all visible
                    "c1"               | "c\\ud800"             | 'call_id' has 1 to 256 characters, all visible
                    "argv"             | "argw"                 | 'digest' is not that of the bytes of 'arguments'
                    : ["git"           | :["git"                | 'digest' is not that of the bytes of 'arguments'
                    "arguments":       | "arguments":[],"x":    | 'arguments' must be one object
                    "arguments"        | "argument"             | 'arguments' are missing
                    sha256:            | sha1:                  | 'digest' is sha256: and 64 hexadecimal digits
                    2026-11-30T08      | yesterday T08          | 'expires' must be a time
                    """)
    void refusesWhatIsMalformed(String good, String bad, String why) {
        String payload = approve().replace(good, bad == null ? "" : bad);
        assertThat(payload).isNotEqualTo(approve());

        assertThatExceptionOfType(ApprovalException.class)
                .isThrownBy(() -> FrameReader.ask(frame(FrameType.APPROVE, payload), MOST))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PAYLOAD));
    }

    @Test
    void refusesArgumentsThatAreTooLarge() {
        assertThatExceptionOfType(ApprovalException.class)
                .isThrownBy(() ->
                        FrameReader.ask(
                                frame(FrameType.APPROVE, approve()), ARGUMENTS.length() - 1))
                .withMessageContaining("approvals.max_arguments_bytes")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
    }

    static List<String> corpus() throws IOException {
        return Files.readAllLines(CORPUS);
    }

    /** Each is refused with a sentence, or what is read of it is what the database can keep. */
    @ParameterizedTest
    @MethodSource("corpus")
    void aFrameIsRefusedOrRead(String line) {
        Random random = new Random(SEED);
        String[] parts = line.split(" ", 2);
        FrameType type = FrameType.of(parts[0]);
        int refused = 0;
        assertThat(isRead(type, parts[1])).isTrue();
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRead(type, mutated(parts[1], random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isRead(FrameType type, String text) {
        ByteBuf json = Unpooled.copiedBuffer(text, UTF_8);
        try {
            JsonText.checkObject(json);
            Frame frame = new Frame(type, "a-1", json);
            switch (type) {
                case CLAIM -> FrameReader.claim(frame);
                case WITHDRAW -> FrameReader.withdrawn(frame);
                default -> {
                    Ask ask = FrameReader.ask(frame, MOST);
                    assertThat(ask.call().digest())
                            .isEqualTo(AuditLog.digest(ask.call().arguments()));
                    assertThat(ask.toString()).doesNotContain("\u0000");
                }
            }
            return true;
        } catch (BadJsonException e) {
            return false;
        } catch (ApprovalException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 ->
                        text.setCharAt(
                                at, "{}[],:\"\\ aZ0_-n\u00fc\ud800".charAt(random.nextInt(17)));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                default -> text.insert(at, "a\"\\u00 ".charAt(random.nextInt(7)));
            }
        }
        return text.toString();
    }
}
