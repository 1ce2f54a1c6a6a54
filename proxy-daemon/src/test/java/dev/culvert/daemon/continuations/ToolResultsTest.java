package dev.culvert.daemon.continuations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ToolResultsTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/continuations");
    private static final long SEED = 20261130;
    private static final int ROUNDS = 5_000;

    private static ToolResults read(String body) {
        return ToolResults.read(
                JsonOutline.of(
                        Unpooled.copiedBuffer(body, UTF_8), JsonLimits.FRAME, ToolResults.LEVELS));
    }

    private static List<ClientCall> calls(String... ids) {
        return Stream.of(ids).map(id -> new ClientCall(id, new byte[0])).toList();
    }

    private static String said(ToolResults results, String id) {
        byte[] text = results.byId().get(id);
        return text == null ? "" : new String(text, UTF_8);
    }

    @Test
    void aResultIsATextOrAnyValueAndAnErrorIsATextForTheModel() {
        ToolResults results =
                read(
                        """
                        {"continuation":"ct_1","tool_results":[
                          {"id":"a","success":true,"result":"1\\n\\u00e4"},
                          {"id":"b","success":true,"result":{"x": ["y\\n"]}},
                          {"success":false,"error":"no \\"file\\"","id":"c","seconds":3}]}
                        """);

        assertThat(results.continuation()).isEqualTo("ct_1");
        assertThat(said(results, "a")).isEqualTo("1\\n\\u00e4");
        assertThat(said(results, "b")).isEqualTo("{\\\"x\\\": [\\\"y\\\\n\\\"]}");
        assertThat(said(results, "c")).isEqualTo("Error: no \\\"file\\\"");
        results.check(calls("c", "a", "b"));
    }

    @Test
    void namesTheResultsThatAreMissingUnknownOrThereTwice() {
        ToolResults results =
                read(
                        """
                        {"tool_results":[{"id":"a","success":true,"result":"1"},{"id":"a","success":true,"result":"1"},
                          {"id":"x","success":true,"result":"1"}]}
                        """);

        assertThatThrownBy(() -> results.check(calls("a", "b", "c")))
                .isInstanceOf(ProblemException.class)
                .extracting(it -> ((ProblemException) it).problem().error())
                .asString()
                .contains("missing: 'b', 'c'; of no call: 'x'; there twice: 'a'.");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{} | needs the member 'tool_results'",
                "{\"tool_results\":{}} | needs the member 'tool_results'",
                "{\"tool_results\":[],\"tools\":[]} | The member 'tools'",
                "{\"tool_results\":[],\"continuation\":1} | The member 'continuation'",
                "{\"tool_results\":[1]} | 'tool_results.0' needs the member 'id'",
                "{\"tool_results\":[{\"id\":1}]} | 'tool_results.0' needs the member 'id'",
                "{\"tool_results\":[{\"id\":\"a\"}]} | needs the member 'success'",
                "{\"tool_results\":[{\"id\":\"a\",\"success\":\"yes\"}]} | needs the member 'success'",
                "{\"tool_results\":[{\"id\":\"a\",\"success\":true}]} | needs the member 'result', and no 'error'",
                "{\"tool_results\":[{\"id\":\"a\",\"success\":true,\"error\":\"\",\"result\":\"\"}]} | and no 'error'",
                "{\"tool_results\":[{\"id\":\"a\",\"success\":false,\"result\":\"x\"}]} | needs the member 'error'",
                "{\"tool_results\":[{\"id\":\"a\",\"success\":false,\"error\":{}}]} | 'tool_results.0.error' must be a text",
            })
    void saysWhatIsWrong(String body, String words) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOf(ProblemException.class)
                .extracting(it -> ((ProblemException) it).problem().error())
                .asString()
                .contains(words);
    }

    static List<Path> bodies() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void anyBodyIsRefusedOrBecomesMessages(Path body) throws IOException {
        String good = Files.readString(body, UTF_8).strip();
        assertThat(becomesMessages(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder(good);
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> text.deleteCharAt(at);
                    case 2 -> text.insert(at, good.charAt(random.nextInt(good.length())));
                    default -> {
                        int from = random.nextInt(good.length());
                        text.insert(at, good, from, Math.min(good.length(), from + 9));
                    }
                }
            }
            refused += becomesMessages(text.toString()) ? 0 : 1;
        }
        assertThat(refused).isPositive().isLessThan(ROUNDS);
    }

    private static boolean becomesMessages(String body) {
        ToolResults results;
        try {
            results = read(body);
        } catch (BadJsonException _) {
            return false;
        } catch (ProblemException e) {
            assertThat(e.problem().status().code()).isEqualTo(400);
            return false;
        }
        List<ClientCall> calls = calls(results.byId().keySet().toArray(String[]::new));
        ByteBuf message =
                ChatBody.with("{\"messages\":[0]}".getBytes(UTF_8), calls, results.byId());
        JsonText.checkObject(message);
        return true;
    }
}
