package dev.culvert.daemon.http.h2;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.daemon.http.h2.FrameClient.Frame;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections with bytes changed, cut out and doubled: each is answered, refused or ended. */
@Timeout(60)
class Http2FuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/daemon/http/h2");
    private static final AsciiString TEXT = AsciiString.cached("text/plain");
    private static final int ROUNDS = 400;
    private static final long SEED = 20261129;

    static List<Path> connections() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("connections")
    void leavesNothingBehind(Path connection) throws IOException {
        byte[] good = bytes(connection);
        assertThat(answered(good)).isTrue();

        Random random = new Random(SEED);
        int unanswered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            unanswered += answered(mutated(good, random)) ? 0 : 1;
        }

        assertThat(unanswered).isPositive().isLessThan(ROUNDS);
    }

    /** A line for each frame in hexadecimal digits, each with a comment before it. */
    private static byte[] bytes(Path file) throws IOException {
        String digits =
                Files.readAllLines(file).stream()
                        .filter(not(line -> line.startsWith("#")))
                        .collect(Collectors.joining())
                        .replace(" ", "");
        return HexFormat.of().parseHex(digits);
    }

    /** Whether the client got the head of an answer of HTTP/2. */
    private static boolean answered(byte[] bytes) {
        FrameClient client = new FrameClient(HttpSettings.DEFAULTS, routes());
        try {
            client.bytes(Unpooled.copiedBuffer(bytes));
            boolean answered = false;
            if (client.channel.pipeline().get("streams") != null) {
                List<Integer> types = client.frames().stream().map(Frame::type).toList();
                answered = types.contains(FrameClient.HEADERS);
                if (!client.channel.isOpen()) {
                    assertThat(types).as("it is told why").contains(FrameClient.GOAWAY);
                }
            }
            client.channel.close();
            client.channel.runPendingTasks();
            List<String> events = client.observer.events();
            assertThat(Collections.frequency(events, "stream opened"))
                    .isEqualTo(Collections.frequency(events, "stream closed"));
            assertThat(events).containsOnlyOnce("opened", "closed");
            assertThat(client.account.whole().heldBytes()).isZero();
            return answered;
        } finally {
            client.close();
        }
    }

    private static Route[] routes() {
        return new Route[] {
            new TestRoute(
                    Set.of(HttpMethod.GET, HttpMethod.POST),
                    List.of("/echo"),
                    true,
                    (request, answer) -> answer.whole(OK, TEXT, request.body().retain())),
            new TestRoute(HttpMethod.GET, "/stream", (_, answer) -> answer.stream(TEXT))
        };
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    byte[] more = Arrays.copyOf(bytes, bytes.length + bytes.length - at);
                    System.arraycopy(bytes, at, more, bytes.length, bytes.length - at);
                    bytes = more;
                }
            }
        }
        return bytes;
    }
}
