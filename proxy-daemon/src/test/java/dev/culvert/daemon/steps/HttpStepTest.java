package dev.culvert.daemon.steps;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.CheckSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.io.Workers;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpStepTest {
    private final StepBench bench = new StepBench();
    private final Workers workers = new Workers("test", 1, 16);
    private final HttpStep step =
            new HttpStep(
                    new OutgoingCalls(bench.loops.transport()),
                    workers,
                    () -> CheckSettings.DEFAULTS,
                    () -> 50);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile @Nullable String key;
    private volatile int status = 200;
    private volatile String answer = "{\"ok\":true}";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    asked.add(
                            "%s %s %s %s"
                                    .formatted(
                                            exchange.getRequestMethod(),
                                            exchange.getRequestURI(),
                                            exchange.getRequestHeaders().getFirst("content-type"),
                                            new String(
                                                    exchange.getRequestBody().readAllBytes(),
                                                    UTF_8)));
                    key = exchange.getRequestHeaders().getFirst("idempotency-key");
                    byte[] text = answer.getBytes(UTF_8);
                    exchange.getResponseHeaders()
                            .set(
                                    "content-type",
                                    answer.startsWith("{") ? "application/json" : "text/plain");
                    exchange.getResponseHeaders().set("set-cookie", "secret");
                    exchange.sendResponseHeaders(status, text.length);
                    exchange.getResponseBody().write(text);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        bench.close();
        workers.close();
    }

    private String url() {
        return "'url': 'http://127.0.0.1:" + server.getAddress().getPort() + "/x?y=1'";
    }

    private StepFailure failure(String params) throws Exception {
        return bench.run(step, params).why();
    }

    @Test
    void sendsWhatItIsToldAndReadsJson() throws Exception {
        String output =
                bench.run(
                                step,
                                "{"
                                        + url()
                                        + ", 'method': 'POST', 'headers': {'x-a': 'b'}, 'body': {'n': 1.10}}")
                        .json();

        assertThat(output).startsWith("{\"status\": 200, \"headers\": {");
        assertThat(output)
                .contains("\"body\": {\"ok\": true}, \"cut\": false")
                .doesNotContain("secret");
        assertThat(asked).containsExactly("POST /x?y=1 application/json {\"n\": 1.10}");
    }

    @Test
    void aTextIsSentAsItIsAndALongAnswerIsCut() throws Exception {
        answer = "x".repeat(60);

        String output = bench.run(step, "{" + url() + ", 'method': 'PUT', 'body': 'plain'}").json();

        assertThat(asked).containsExactly("PUT /x?y=1 null plain");
        assertThat(output).contains("\"body\": \"" + "x".repeat(50) + "\", \"cut\": true");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 404, false",
        "GET, 503, true",
        "POST, 503, false",
        "PUT, 429, true",
        "POST, 400, false"
    })
    void aStatusFromFourHundredIsAFailure(String method, int code, boolean mayPass)
            throws Exception {
        status = code;
        answer = "no\nway";

        StepFailure why = failure("{" + url() + ", 'method': '" + method + "'}");

        assertThat(why.code()).isEqualTo("http_" + code);
        assertThat(why.mayPass()).isEqualTo(mayPass);
        assertThat(why.sentence())
                .startsWith(method + " http://127.0.0.1:")
                .contains("answered " + code + ": no\\nway")
                .doesNotContain("/x?y=1");
    }

    @Test
    void theStepSaysWhichStatusesAreGood() throws Exception {
        status = 404;
        assertThat(bench.run(step, "{" + url() + ", 'statuses': [404]}").json())
                .contains("\"status\": 404");
        status = 200;

        assertThat(failure("{" + url() + ", 'statuses': [404]}").code()).isEqualTo("http_200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://127.0.0.1/",
                "http://u:p@127.0.0.1/",
                "127.0.0.1:80",
                "http:///x",
                "http://a b/"
            })
    void refusesWhatIsNoUrl(String url) throws Exception {
        StepFailure why = failure("{'url': '" + url + "'}");

        assertThat(why.code()).isEqualTo("bad_parameter");
        assertThat(why.mayPass()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding", "content-length", "Host", "upgrade", "Connection"})
    void leavesHeadersOfTheConnectionToTheDaemon(String name) throws Exception {
        StepFailure why = failure("{" + url() + ", 'headers': {'" + name + "': 'x'}}");

        assertThat(why.code()).isEqualTo("bad_parameter");
        assertThat(why.sentence())
                .contains("'" + name.toLowerCase(Locale.ROOT) + "'", "leave it out");
        assertThat(asked).isEmpty();
    }

    @Test
    void whatMayBeSentTwiceAndIsNoMatterOfItsMethodHasAKey() throws Exception {
        bench.run(step, "{" + url() + ", 'method': 'POST', 'idempotent': true}");
        assertThat(key).isEqualTo("fr_1.a");
        bench.run(step, "{" + url() + ", 'method': 'POST'}");
        assertThat(key).isNull();
        bench.run(step, "{" + url() + ", 'method': 'PUT'}");
        assertThat(key).isNull();
        bench.run(
                step,
                "{"
                        + url()
                        + ", 'method': 'POST', 'idempotent': true, 'headers': {'Idempotency-Key': 'mine'}}");
        assertThat(key).isEqualTo("mine");
    }

    @Test
    void onlyAnOperatorReachesWhatIsBehindTheFirewall() throws Exception {
        Caller tenant = new Caller("ci", Caller.Kind.TOKEN, "acme", Set.of(Scope.values()), null);

        StepFailure why = bench.run(step, "{" + url() + "}", tenant).why();

        assertThat(why.code()).isEqualTo("unreachable");
        assertThat(why.sentence()).contains("no public address", "checks.networks");
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "{'method': 'GET'}, true",
        "{}, true",
        "{'method': 'POST'}, false",
        "'{''method'': ''POST'', ''idempotent'': true}', true",
        "{'idempotent': false}, false"
    })
    void knowsWhatMayBeSentTwice(String params, boolean may) {
        Node.Members members = (Node.Members) Jsonc.read(params.replace('\'', '"'));

        assertThat(step.isIdempotent(members)).isEqualTo(may);
    }
}
