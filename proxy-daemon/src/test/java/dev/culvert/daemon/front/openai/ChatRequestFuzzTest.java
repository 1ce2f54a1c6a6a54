package dev.culvert.daemon.front.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bodies with bytes changed, cut out and doubled: each is refused as the client's mistake, or the
 * agent gets a JSON object with all members but the model, as they came.
 */
@Timeout(60)
class ChatRequestFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/front/openai");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261129;

    static List<Path> bodies() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void isRefusedOrGoesOnAsItCame(Path body) throws IOException {
        byte[] good = Files.readAllBytes(body);
        assertThat(goesOn(good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += goesOn(mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    /** Whether it is a request. */
    private static boolean goesOn(byte[] bytes) {
        // Not at the beginning of its buffer, as after a head.
        ByteBuf all = Unpooled.buffer().writeZero(7).writeBytes(bytes).writeZero(3);
        ByteBuf body = all.slice(7, bytes.length);
        ChatRequest request;
        try {
            request = ChatRequest.read(body);
        } catch (ProblemException e) {
            assertThat(e.problem().status().code()).isEqualTo(400);
            assertThat(body).isEqualTo(Unpooled.wrappedBuffer(bytes));
            return false;
        }
        List<String> expected = members(Unpooled.wrappedBuffer(bytes));
        expected.removeIf(it -> it.startsWith("model="));
        ByteBuf message = request.message();
        JsonText.checkObject(message);
        List<String> sent = members(message);
        sent.remove("stream_options={\"include_usage\":true}");
        expected.remove("stream_options={\"include_usage\":true}");
        assertThat(sent).isEqualTo(expected);
        assertThat(all.getByte(6)).isZero();
        assertThat(all.getByte(7 + bytes.length)).isZero();
        message.release();
        assertThat(all.refCnt()).isOne();
        return true;
    }

    private static List<String> members(ByteBuf object) {
        int first = object.indexOf(object.readerIndex(), object.writerIndex(), (byte) '{');
        ByteBuf text = object.slice(first, object.writerIndex() - first);
        List<String> found = new ArrayList<>();
        JsonMembers members = new JsonMembers(text, JsonMembers.find(text));
        while (members.next()) {
            int start = members.valueStart();
            String value = text.toString(start, members.valueEnd() - start, UTF_8);
            found.add(members.name() + "=" + value);
        }
        return found;
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
            bytes =
                    switch (random.nextInt(5)) {
                        case 0 -> changed(bytes, at, random.nextInt(256));
                        case 1 -> changed(bytes, at, bytes[at] ^ 1 << random.nextInt(8));
                        case 2 -> changed(bytes, at, "{}[]\",:\\ n".charAt(random.nextInt(10)));
                        case 3 -> joined(bytes, at, at + length);
                        default -> joined(bytes, at + length, at);
                    };
        }
        return bytes;
    }

    private static byte[] changed(byte[] bytes, int at, int to) {
        bytes[at] = (byte) to;
        return bytes;
    }

    /** What comes before {@code end}, and then what comes from {@code start} on. */
    private static byte[] joined(byte[] bytes, int end, int start) {
        byte[] joined = new byte[end + bytes.length - start];
        System.arraycopy(bytes, 0, joined, 0, end);
        System.arraycopy(bytes, start, joined, end, bytes.length - start);
        return joined;
    }
}
