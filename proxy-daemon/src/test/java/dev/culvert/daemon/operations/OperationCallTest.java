package dev.culvert.daemon.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationCallTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/operations/arguments.txt");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261129;

    private static OperationCall call(String name, String arguments) {
        return call(name, Unpooled.copiedBuffer(arguments, UTF_8));
    }

    private static OperationCall call(String name, ByteBuf arguments) {
        return OperationCall.of(Objects.requireNonNull(Operations.named(name)), arguments);
    }

    private static String body(OperationCall call) {
        return call.body().toString(UTF_8);
    }

    @Test
    void argumentsGoWhereTheOperationWantsThem() {
        OperationCall added =
                call("agents.add", "{ \"id\": \"web-1\", \"cid\" : 3,\"config\":{\"t\":1.10} }");

        assertThat(added.method()).isEqualTo(HttpMethod.PUT);
        assertThat(added.uri()).isEqualTo("/api/v1/agents/web-1");
        assertThat(body(added)).isEqualTo("{\"cid\" : 3,\"config\":{\"t\":1.10}}");
    }

    @Test
    void aQueryHasTextsAndNumbers() {
        OperationCall listed =
                call("agents.list", "{\"limit\":5,\"after\":\"a&b=ü %\",\"state\":null}");

        assertThat(listed.uri()).isEqualTo("/api/v1/agents?limit=5&after=a%26b%3D%C3%BC%20%25");
        assertThat(body(listed)).isEmpty();
    }

    @Test
    void aPathCannotBeLeft() {
        assertThat(call("agents.show", "{\"id\":\"../tokens?x#y\"}").uri())
                .isEqualTo("/api/v1/agents/..%2Ftokens%3Fx%23y");
        assertThat(call("agents.show", "{\"id\":\"{id}\"}").uri())
                .isEqualTo("/api/v1/agents/%7Bid%7D");
    }

    @Test
    void aMessagePassesOnWhatIsNotDescribed() {
        assertThat(body(call("message", "{\"id\":\"a\",\"content\":\"hi\",\"top_p\":0.10}")))
                .isEqualTo("{\"content\":\"hi\",\"top_p\":0.10}");
        assertThat(body(call("token.rotate", "{\"token\":\"4f21\"}"))).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            textBlock =
                    """
                    agents.show; {}; needs the argument 'id'
                    agents.show; {"id":""}; takes no empty 'id'
                    agents.show; {"id":null}; takes a text or a number as 'id'
                    agents.show; {"id":["a"]}; takes a text or a number as 'id'
                    agents.show; {"id":"a","x":1}; has no argument 'x': it takes id
                    agents.show; {"id":"a","id":"b"}; has the argument 'id' twice
                    reload; {"x":1}; it takes none
                    reload; []; not one JSON object
                    reload; {"x":; not one JSON object
                    """)
    void whatDoesNotFitIsRefusedInWords(String name, String arguments, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> call(name, arguments))
                .withMessageContaining(why);
    }

    /** Arguments with bytes changed, cut out and doubled. */
    @Test
    void whateverComesIsARequestWithAGoodBodyOrRefused() throws IOException {
        Random random = new Random(SEED);
        int refused = 0;
        List<String> corpus = Files.readAllLines(CORPUS);
        for (String line : corpus) {
            String[] parts = line.split(" ", 2);
            call(parts[0], parts[1]);
            for (int round = 0; round < ROUNDS; round++) {
                refused += isRefused(parts[0], mutated(parts[1].getBytes(UTF_8), random)) ? 1 : 0;
            }
        }
        assertThat(refused).isPositive().isLessThan(corpus.size() * ROUNDS);
    }

    private static boolean isRefused(String name, byte[] arguments) {
        try {
            OperationCall made = call(name, Unpooled.wrappedBuffer(arguments));
            assertThat(made.uri()).matches("/api/v1/[\\x21-\\x7e]+");
            if (made.body().isReadable()) {
                JsonText.checkObject(made.body());
            }
            return false;
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageEndingWith(".");
            return true;
        }
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
