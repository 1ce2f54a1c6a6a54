package dev.culvert.daemon;

import static dev.culvert.daemon.ScriptedProvider.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedProvider.Asked;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get of LLM services that the host reaches with its own key. */
class ProvidersTest {
    private static final String CHAT = "/providers/llm/v1/chat/completions";
    private static final String MESSAGES = "/providers/claude/v1/messages";
    private static final String STREAMED =
            "{\"model\":\"m-1\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String WHOLE =
            "{\"model\":\"m-1\",  \"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String KEY = System.getenv("PATH");

    private static TestDaemon daemon(String providers, String more) throws Exception {
        return TestDaemon.start(
                "{\"providers\": [" + providers + "]" + (more.isEmpty() ? "" : ", " + more) + "}");
    }

    private static TestDaemon daemon(ScriptedProvider provider) throws Exception {
        return daemon(
                provider.openAi("llm", ", \"retries\": 0")
                        + ","
                        + provider.anthropic("claude", ", \"retries\": 0"),
                "");
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void aRequestPassesAsItCameWithTheKeyOfTheHost() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked ->
                                asked.wire()
                                        .json(
                                                200,
                                                "{ \"choices\": [],\"x\":1.0 }",
                                                "x-ratelimit-remaining-requests: 7",
                                                "openai-organization: secret",
                                                "set-cookie: a=b"));
                TestDaemon daemon = daemon(provider)) {
            HttpResponse<String> answer =
                    daemon.send(
                            "POST",
                            CHAT,
                            WHOLE,
                            "content-type",
                            "application/json",
                            "x-api-key",
                            "sk-of-the-client",
                            "cookie",
                            "a=b",
                            "idempotency-key",
                            "k-1");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{ \"choices\": [],\"x\":1.0 }");
            assertThat(header(answer, "content-type")).isEqualTo("application/json");
            assertThat(header(answer, "x-ratelimit-remaining-requests")).isEqualTo("7");
            assertThat(header(answer, "openai-organization")).isEmpty();
            assertThat(header(answer, "set-cookie")).isEmpty();
            Asked asked = provider.next();
            assertThat(asked.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
            assertThat(asked.body()).isEqualTo(WHOLE);
            assertThat(asked.headers())
                    .containsEntry("authorization", "Bearer " + KEY)
                    .containsEntry("content-type", "application/json")
                    .containsEntry(
                            "idempotency-key",
                            // Of "anybody", "null", "anybody", "k-1", in lines.
                            "a386bff519a03972136e1728dcebcd97dae042128bfdf627356f7245aba9d640")
                    .containsEntry("host", "127.0.0.1:" + provider.port())
                    .doesNotContainKeys("x-api-key", "cookie", "origin");
        }
    }

    @Test
    void anAnthropicRequestHasTheKeyWhereAnthropicLooksForIt() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> asked.wire().json(200, "{}"));
                TestDaemon daemon = daemon(provider)) {
            daemon.send(
                    "POST",
                    MESSAGES,
                    WHOLE,
                    "anthropic-version",
                    "2023-06-01",
                    "anthropic-beta",
                    "b-1",
                    "authorization",
                    "Bearer sk-of-the-client");

            Asked asked = provider.next();
            assertThat(asked.line()).isEqualTo("POST /v1/messages HTTP/1.1");
            assertThat(asked.headers())
                    .containsEntry("x-api-key", KEY)
                    .containsEntry("anthropic-version", "2023-06-01")
                    .containsEntry("anthropic-beta", "b-1")
                    .doesNotContainKey("authorization");
        }
    }

    @Test
    void anEventPassesBeforeTheNextOneExists() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon = daemon(provider)) {
            CompletableFuture<HttpResponse<InputStream>> begun =
                    CompletableFuture.supplyAsync(() -> open(daemon, CHAT, STREAMED));
            Asked asked = provider.next();
            asked.wire().beginEvents();
            asked.wire().chunk(": a comment\n\n");
            asked.wire().data(delta("one"));
            InputStream in = begun.get().body();
            String first = ": a comment\n\ndata: " + delta("one") + "\n\n";
            assertThat(read(in, first.length())).isEqualTo(first);

            asked.wire().chunk("data: " + delta("two") + "\r\n\r\ndata: [DO");
            String second = "data: " + delta("two") + "\r\n\r";
            assertThat(read(in, second.length())).isEqualTo(second);
            asked.wire().chunk("NE]\n\n");
            asked.wire().end();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("\ndata: [DONE]\n\n");
        }
    }

    private static HttpResponse<InputStream> open(TestDaemon daemon, String path, String body) {
        try {
            URI uri = URI.create("http://127.0.0.1:" + daemon.port() + path);
            return CLIENT.send(
                    HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(InputStream in, int bytes) throws Exception {
        return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    }

    @Test
    void theRequestOfAClientThatLeavesIsClosedAtOnce() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon = daemon(provider)) {
            Asked asked;
            try (Socket client = daemon.connect()) {
                post(client, CHAT, STREAMED);
                asked = provider.next();
                asked.wire().beginEvents();
                asked.wire().data(delta("one"));
                client.getInputStream().readNBytes(20);
            }

            asked.wire().awaitClosed();
        }
    }

    @Test
    void theRequestOfAClientThatLeavesBeforeTheAnswerIsClosedAtOnce() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon = daemon(provider)) {
            Asked asked;
            try (Socket client = daemon.connect()) {
                post(client, CHAT, STREAMED);
                asked = provider.next();
            }

            asked.wire().awaitClosed();
        }
    }

    private static void post(Socket client, String path, String body) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(
                ("POST "
                                + path
                                + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: "
                                + body.length()
                                + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Test
    void aRefusalOfAProviderPassesInItsOwnShape() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked ->
                                asked.wire()
                                        .json(
                                                429,
                                                "{\"error\":{\"type\":\"t\"}}",
                                                "retry-after: 17"));
                TestDaemon daemon = daemon(provider)) {
            HttpResponse<String> answer = daemon.post(CHAT, STREAMED);

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo("{\"error\":{\"type\":\"t\"}}");
            assertThat(header(answer, "retry-after")).isEqualTo("17");
        }
    }

    @Test
    void aProviderThatFailsBeforeTheFirstByteIsAskedAgain() throws Exception {
        AtomicInteger asks = new AtomicInteger();
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> {
                            if (asks.getAndIncrement() == 0) {
                                asked.wire().json(500, "{}");
                            } else {
                                asked.wire().json(200, "{\"ok\":1}");
                            }
                        });
                TestDaemon daemon = daemon(provider.openAi("llm", ""), "")) {
            HttpResponse<String> answer = daemon.post(CHAT, WHOLE);

            assertThat(answer.body()).isEqualTo("{\"ok\":1}");
            assertThat(asks).hasValue(2);
            assertThat(daemon.metric("culvert_providers_retries_total{provider=\"llm\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void theLastFailureOfAProviderPasses() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked ->
                                asked.wire().json(503, "{\"error\":{\"message\":\"full\"}}"));
                TestDaemon daemon = daemon(provider.openAi("llm", ""), "")) {
            HttpResponse<String> answer = daemon.post(CHAT, WHOLE);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo("{\"error\":{\"message\":\"full\"}}");
        }
    }

    @Test
    void aStreamThatBreaksOffEndsWithAnErrorAndNoCleanEnd() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> {
                            asked.wire().beginEvents();
                            asked.wire().data(delta("one"));
                            asked.wire().close();
                        });
                TestDaemon daemon = daemon(provider);
                Socket client = daemon.connect()) {
            post(client, CHAT, STREAMED);
            String all = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(all)
                    .contains("data: " + delta("one"))
                    .contains(
                            "data: {\"error\":{\"type\":\"api_error\",\"message\":\"The provider 'llm'")
                    .contains("\"code\":\"provider_failed\"")
                    .doesNotEndWith("0\r\n\r\n");
            assertThat(provider.waiting()).as("it is asked once").isEqualTo(1);
        }
    }

    @Test
    void aProviderThatCannotBeReachedIsA502() throws Exception {
        int port;
        try (ScriptedProvider gone = ScriptedProvider.byHand()) {
            port = gone.port();
        }
        try (TestDaemon daemon =
                daemon(
                        "{\"name\": \"llm\", \"kind\": \"openai\", \"url\": \"http://127.0.0.1:%d/v1\", \"retries\": 0}"
                                .formatted(port),
                        "")) {
            HttpResponse<String> answer = daemon.post(CHAT, WHOLE);

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body())
                    .contains("{\"error\":{\"message\":\"The provider 'llm' has not answered: ")
                    .contains("nothing listens on this port: is the program that should listen")
                    .doesNotContain("agent");
        }
    }

    @Test
    void aProviderWithoutItsKeyIsNotAsked() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon =
                        daemon(
                                "{\"name\": \"llm\", \"kind\": \"openai\", \"url\": \"http://127.0.0.1:%d/v1\", \"key\": {\"file\": \"/nowhere/key\"}, \"retries\": 0}"
                                        .formatted(provider.port()),
                                "")) {
            HttpResponse<String> answer = daemon.post(CHAT, WHOLE);

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body())
                    .contains(
                            "it has no key: the file /nowhere/key cannot be read: there is no such file");
            assertThat(provider.waiting()).isZero();
        }
    }

    @Test
    void whatIsNotAllowedIsRefusedInTheShapeOfThePath() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon =
                        daemon(provider.openAi("llm", ", \"models\": [\"gpt-*\"]"), "")) {
            HttpResponse<String> model = daemon.post(CHAT, WHOLE);
            assertThat(model.statusCode()).isEqualTo(403);
            assertThat(model.body())
                    .startsWith("{\"error\":{\"message\":\"The model 'm-1' may not be used:");

            HttpResponse<String> kind = daemon.post("/providers/llm/v1/messages", WHOLE);
            assertThat(kind.statusCode()).isEqualTo(404);
            assertThat(kind.body())
                    .startsWith(
                            "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"The provider 'llm' does not speak Anthropic's API");

            assertThat(daemon.post("/providers/none/v1/chat/completions", WHOLE).body())
                    .contains("There is no provider 'none'");
            assertThat(daemon.post(CHAT, "{}").body()).contains("The body names no model");
            assertThat(daemon.post(CHAT, "[1]").statusCode()).isEqualTo(400);
            assertThat(provider.waiting()).isZero();
        }
    }

    @Test
    void modelsAreThoseOfTheProvider() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> asked.wire().json(200, "{\"data\":[]}"));
                TestDaemon daemon = daemon(provider)) {
            assertThat(daemon.get("/providers/llm/v1/models").body()).isEqualTo("{\"data\":[]}");
            assertThat(provider.next().line()).isEqualTo("GET /v1/models HTTP/1.1");
            assertThat(
                            daemon.send(
                                            "GET",
                                            "/providers/claude/v1/models",
                                            "",
                                            "anthropic-version",
                                            "2023-06-01")
                                    .statusCode())
                    .isEqualTo(200);
            assertThat(provider.next().headers()).containsEntry("x-api-key", KEY);
        }
    }

    @Test
    void aStreamIsCutAtTheLimitAndTheProvidersRequestClosed() throws Exception {
        Lockstep steps = new Lockstep(1);
        try (ScriptedProvider provider = ScriptedProvider.of(steps::answer);
                TestDaemon daemon =
                        daemon(
                                provider.openAi("llm", ""),
                                "\"budgets\": {\"each_tenant\": {\"tokens_per_day\": 40}}")) {
            String all = steps.drink(daemon, 0);

            assertThat(steps.input() + steps.sent.get()).isEqualTo(41);
            assertThat(all)
                    .contains("\"type\":\"rate_limit_error\"")
                    .contains("\"code\":\"budget_exceeded\"")
                    .doesNotContain("\r\n0\r\n\r\n");
            provider.next().wire().awaitClosed();
            assertThat(daemon.metric("culvert_budgets_cuts_total{provider=\"llm\"}")).isEqualTo(1);

            HttpResponse<String> next = daemon.post(CHAT, STREAMED);
            assertThat(next.statusCode()).isEqualTo(429);
            assertThat(Integer.parseInt(header(next, "retry-after"))).isPositive();
            assertThat(next.body())
                    .contains("\"type\":\"rate_limit_error\"")
                    .contains("The tenant 'default' has used up its 40 tokens of this day");
            assertThat(daemon.metric("culvert_budgets_refused_total")).isEqualTo(1);
        }
    }

    @Test
    void anthropicsStreamIsCutWithItsOwnError() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> {
                            asked.wire().beginEvents();
                            asked.wire()
                                    .event(
                                            "message_start",
                                            "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":30,\"cache_read_input_tokens\":9,\"output_tokens\":1}}}");
                            asked.wire()
                                    .event(
                                            "content_block_delta",
                                            "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"one\"}}");
                        });
                TestDaemon daemon =
                        daemon(
                                provider.anthropic("claude", ""),
                                "\"budgets\": {\"each_tenant\": {\"tokens_per_hour\": 40}}");
                Socket client = daemon.connect()) {
            post(client, MESSAGES, STREAMED);
            String all = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(all)
                    .contains("\"text\":\"one\"")
                    .contains(
                            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"The answer ends here")
                    .doesNotEndWith("0\r\n\r\n");
        }
    }

    private static TestDaemon limited(ScriptedProvider provider, int tokensADay) throws Exception {
        return daemon(
                provider.openAi("llm", ", \"retries\": 1"),
                "\"budgets\": {\"reserve_tokens\": 100, \"each_tenant\": {\"tokens_per_day\": %d}}"
                        .formatted(tokensADay));
    }

    /** Of the tenant {@code default}, this day. */
    private static int used(TestDaemon daemon) {
        String all;
        try {
            all = daemon.get("/api/v1/budgets").body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        int at = all.indexOf("\"tokens\":", all.indexOf("\"span\":\"day\"")) + 9;
        return Integer.parseInt(all.substring(at, all.indexOf(',', at)));
    }

    /** Only the usage tells of hidden reasoning, and the client has not asked for it. */
    @Test
    void aStreamOfAChatTellsTheBudgetItsUsageAndTheClientWhatItAskedFor() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> {
                            asked.wire().beginEvents();
                            asked.wire().data(delta("one"));
                            asked.wire()
                                    .data(
                                            "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5000}}");
                            asked.wire().chunk("data: [DONE]\n\n");
                            asked.wire().end();
                        });
                TestDaemon daemon = limited(provider, 10_000)) {
            String all = daemon.post(CHAT, STREAMED).body();

            assertThat(all).isEqualTo("data: " + delta("one") + "\n\ndata: [DONE]\n\n");
            assertThat(provider.next().body())
                    .isEqualTo(
                            "{\"stream_options\":{\"include_usage\":true},"
                                    + STREAMED.substring(1));
            assertThat(used(daemon)).isEqualTo(5007);

            String asking =
                    STREAMED.replace(
                            "\"stream\":true",
                            "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
            assertThat(daemon.post(CHAT, asking).body()).contains("\"completion_tokens\":5000");
            assertThat(provider.next().body()).isEqualTo(asking);
            assertThat(daemon.post(CHAT, asking.replace("usage\":true", "usage\":false")).body())
                    .contains("include_usage");
        }
    }

    @Test
    void aClientThatLeavesPaysWhatMayHaveBeenUsed() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon = limited(provider, 10_000)) {
            Asked asked;
            try (Socket client = daemon.connect()) {
                post(client, CHAT, WHOLE);
                asked = provider.next();
            }
            asked.wire().awaitClosed();
            Eventually.await(() -> assertThat(used(daemon)).isEqualTo(100 + WHOLE.length() / 4));

            try (Socket client = daemon.connect()) {
                post(client, CHAT, STREAMED);
                asked = provider.next();
                asked.wire().beginEvents();
                asked.wire().data(delta("one"));
                client.getInputStream().readNBytes(20);
            }
            asked.wire().awaitClosed();
            Eventually.await(() ->
                    assertThat(used(daemon))
                            .isEqualTo(200 + WHOLE.length() / 4 + STREAMED.length() / 4));
        }
    }

    @Test
    void anAttemptThatWasLostCountsAndIsNotRepeatedBeyondTheBudget() throws Exception {
        int once = 100 + WHOLE.length() / 4;
        try (ScriptedProvider provider = ScriptedProvider.of(asked -> asked.wire().close());
                TestDaemon daemon = limited(provider, 3 * once - 1)) {
            assertThat(daemon.post(CHAT, WHOLE).statusCode()).isEqualTo(502);
            assertThat(provider.waiting()).isEqualTo(2);
            assertThat(used(daemon)).isEqualTo(2 * once);

            assertThat(daemon.post(CHAT, WHOLE).statusCode()).isEqualTo(429);
            assertThat(provider.waiting()).isEqualTo(2);
        }
    }

    @Test
    void whatAProviderRefusesCostsNothing() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> asked.wire().json(400, "{}"));
                TestDaemon daemon = limited(provider, 10_000)) {
            assertThat(daemon.post(CHAT, WHOLE).statusCode()).isEqualTo(400);
            assertThat(used(daemon)).isZero();
        }
    }

    /** The provider's text may have parts of the key. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void whatAProviderSaysOfTheKeyDoesNotPass(int status) throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked ->
                                asked.wire()
                                        .json(
                                                status,
                                                "{\"error\":{\"message\":\"Incorrect API key provided: sk-12***\"}}"));
                TestDaemon daemon = limited(provider, 10_000)) {
            HttpResponse<String> answer = daemon.post(CHAT, WHOLE);

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body())
                    .contains("The provider 'llm' refuses the key that the daemon has for it")
                    .contains("\"code\":\"provider_refused_key\"")
                    .doesNotContain("sk-12");
            assertThat(used(daemon)).isZero();
        }
    }

    /**
     * Harnesses declare such tools in each request, as Codex does: the others are what they need.
     */
    @Test
    void toolsThatTheProviderRunsAreLeftOutBesideOthers() throws Exception {
        String body =
                "{\"model\":\"m\", \"tools\": [ {\"type\":\"web_search\"}, {\"type\":\"function\",\"name\":\"f\"},{\"type\":\"mcp\",\"server_url\":\"https://evil\"} , {\"type\":\"custom\",\"name\":\"g\"}], \"input\":\"hi\"}";
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> asked.wire().json(200, "{}"));
                TestDaemon daemon =
                        daemon(
                                provider.openAi("llm", "")
                                        + ","
                                        + provider.openAi("web", ", \"hosted_tools\": true"),
                                "")) {
            HttpResponse<String> answer = daemon.post("/providers/llm/v1/responses", body);

            assertThat(header(answer, "x-culvert-tools-left-out")).isEqualTo("web_search, mcp");
            assertThat(provider.next().body())
                    .isEqualTo(
                            "{\"model\":\"m\", \"tools\": [{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"custom\",\"name\":\"g\"}], \"input\":\"hi\"}");

            answer = daemon.post("/providers/web/v1/responses", body);
            assertThat(header(answer, "x-culvert-tools-left-out")).isEmpty();
            assertThat(provider.next().body()).isEqualTo(body);
        }
    }

    @Test
    void aRequestForNothingButTheProvidersToolsIsRefused() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> asked.wire().json(200, "{}"));
                TestDaemon daemon =
                        daemon(
                                provider.anthropic("claude", "")
                                        + ","
                                        + provider.anthropic("web", ", \"hosted_tools\": true"),
                                "")) {
            String search =
                    "{\"model\":\"m\",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]}";
            HttpResponse<String> refused = daemon.post(MESSAGES, search);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body())
                    .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"permission_error\"")
                    .contains("(web_search_20250305)")
                    .contains("hosted_tools");
            assertThat(
                            daemon.post(
                                            MESSAGES,
                                            "{\"model\":\"m\",\"mcp_servers\":[{\"url\":\"https://evil\"}],\"tools\":[{\"name\":\"f\"}]}")
                                    .statusCode())
                    .isEqualTo(403);
            assertThat(provider.waiting()).isZero();

            assertThat(daemon.post("/providers/web/v1/messages", search).statusCode())
                    .isEqualTo(200);
        }
    }

    /** The provider's own count is the judge. */
    @Test
    void manyStreamsAtOnceNeverExceedABudgetByMoreThanAnEventEach() throws Exception {
        int streams = 12;
        int limit = 700;
        Lockstep steps = new Lockstep(streams);
        try (ScriptedProvider provider = ScriptedProvider.of(steps::answer);
                TestDaemon daemon =
                        daemon(
                                provider.openAi("llm", ""),
                                "\"event_loops\": 2, \"budgets\": {\"reserve_tokens\": 5, \"each_tenant\": {\"tokens_per_day\": "
                                        + limit
                                        + "}}")) {
            List<CompletableFuture<String>> clients = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                int number = i;
                clients.add(
                        CompletableFuture.supplyAsync(
                                () -> steps.drink(daemon, number), Thread::startVirtualThread));
            }
            for (CompletableFuture<String> client : clients) {
                assertThat(client.get()).contains("budget_exceeded");
            }
            long used = steps.sent.get() + streams * steps.input();
            assertThat(used).isBetween((long) limit, limit + (long) streams);
            assertThat(daemon.metric("culvert_budgets_cuts_total{provider=\"llm\"}"))
                    .isEqualTo(streams);
        }
    }

    /**
     * A provider that sends an event of each stream only after its client has read the last one.
     */
    private static final class Lockstep {
        private static final String BODY =
                "{\"model\":\"m-1\",\"stream\":true,\"seed\":1%02d,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

        /** Events, of one token each. */
        final AtomicInteger sent = new AtomicInteger();

        private final List<Semaphore> asked;
        private final List<AtomicBoolean> over;

        Lockstep(int streams) {
            asked = IntStream.range(0, streams).mapToObj(_ -> new Semaphore(0)).toList();
            over = IntStream.range(0, streams).mapToObj(_ -> new AtomicBoolean()).toList();
        }

        /** What the daemon estimates of one request. */
        long input() {
            return BODY.formatted(0).length() / 4;
        }

        void answer(Asked request) throws IOException, InterruptedException {
            int at = request.body().indexOf("\"seed\":") + 8;
            int number = Integer.parseInt(request.body().substring(at, at + 2));
            request.wire().beginEvents();
            while (true) {
                asked.get(number).acquire();
                if (over.get(number).get()) {
                    return;
                }
                sent.incrementAndGet(); // the client may read it, and its end, before this goes on
                request.wire().data(delta("x"));
            }
        }

        /** Reads to the end, and returns what came. */
        String drink(TestDaemon daemon, int number) {
            StringBuilder all = new StringBuilder();
            try (Socket client = daemon.connect()) {
                post(client, CHAT, BODY.formatted(number));
                InputStream in = client.getInputStream();
                asked.get(number).release();
                for (int b = in.read(); b >= 0; b = in.read()) {
                    all.append((char) b);
                    // The error of a cut leaves with the event before it, in one segment.
                    if (in.available() == 0
                            && all.indexOf("budget_exceeded") < 0
                            && all.toString().endsWith("\n\n\r\n")) {
                        asked.get(number).release();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                over.get(number).set(true);
                asked.get(number).release();
            }
            return all.toString();
        }
    }
}
