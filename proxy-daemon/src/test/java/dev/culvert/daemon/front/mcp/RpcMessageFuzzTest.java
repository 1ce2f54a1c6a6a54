package dev.culvert.daemon.front.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages with bytes changed, cut out and doubled: each is refused with an error of JSON-RPC, or
 * all that is read of it is JSON that can be written again.
 */
@Timeout(60)
class RpcMessageFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/daemon/front/mcp");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261129;

    static List<Path> messages() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isRefusedOrRead(Path message) throws IOException {
        byte[] good = Files.readAllBytes(message);
        assertThat(isRead(good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRead(mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isRead(byte[] bytes) {
        // Not at the beginning of its buffer, as after a head.
        ByteBuf all = Unpooled.buffer().writeZero(7).writeBytes(bytes).writeZero(3);
        ByteBuf body = all.slice(7, bytes.length);
        try {
            RpcMessage message = RpcMessage.read(body);
            if (message.id() != null) {
                checkToken(message.id());
            }
            message.check();
            Params params = message.params();
            for (String name : List.of("name", "uri", "protocolVersion", "none")) {
                text(params, name);
            }
            token(params, "requestId");
            Params arguments = object(params, "arguments");
            if (arguments.json().isReadable()) {
                JsonText.checkObject(arguments.json());
            }
            token(object(params, "_meta"), "progressToken");
            reply(params);
            return true;
        } catch (RpcException e) {
            assertThat(e.code()).isIn(RpcException.PARSE_ERROR, RpcException.INVALID_REQUEST);
            assertThat(e.status().code()).isEqualTo(400);
            return false;
        } finally {
            assertThat(body).isEqualTo(Unpooled.wrappedBuffer(bytes));
            assertThat(all.refCnt()).isOne();
        }
    }

    private static void checkToken(String token) {
        JsonText.checkObject(Unpooled.copiedBuffer("{\"id\":" + token + "}", UTF_8));
    }

    private static void text(Params params, String name) {
        try {
            params.text(name);
        } catch (RpcException e) {
            assertThat(e.code()).isEqualTo(RpcException.INVALID_PARAMS);
        }
    }

    private static void token(Params params, String name) {
        try {
            String token = params.token(name);
            if (token != null) {
                checkToken(token);
            }
        } catch (RpcException e) {
            assertThat(e.code()).isEqualTo(RpcException.INVALID_PARAMS);
        }
    }

    /** What a client sends back; whatever it is, it cannot name another path. */
    private static void reply(Params params) {
        try {
            String state = params.text("requestState");
            if (state != null) {
                ApprovalReply reply = ApprovalReply.of(state, params);
                assertThat(reply.approval()).matches("ap_[A-Za-z0-9_-]{22}");
                ByteBuf decision = reply.decision();
                JsonText.checkObject(decision);
                decision.release();
            }
        } catch (RpcException e) {
            assertThat(e.code()).isEqualTo(RpcException.INVALID_PARAMS);
        }
    }

    private static Params object(Params params, String name) {
        try {
            return params.object(name);
        } catch (RpcException e) {
            assertThat(e.code()).isEqualTo(RpcException.INVALID_PARAMS);
            return Params.NONE;
        }
    }

    static byte[] mutated(byte[] good, Random random) {
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
