package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon with tokens, over HTTP. */
class TokensOfTheDaemonTest {
    private static final Path OPENAPI = Path.of("../protocol-spec/openapi.yaml");
    private static final Pattern PATH = Pattern.compile("  (/\\S*):");
    private static final Pattern METHOD = Pattern.compile("    (get|put|post|delete):");

    /** These need no token. */
    private static final Set<String> OPEN =
            Set.of(
                    "GET /",
                    "GET /api/v1/agents/connect",
                    "GET /dashboard/b",
                    "GET /livez",
                    "GET /readyz",
                    "GET /healthz",
                    "GET /openapi.yaml");

    /** This needs a signature instead. */
    private static final String SIGNED = "POST /api/v1/flows/b/trigger";

    @TempDir Path folder;

    private record Made(String id, String secret) {}

    /** The first token, which anybody may make. */
    private static String admin(TestDaemon daemon) throws Exception {
        HttpResponse<String> made =
                daemon.post("/api/v1/tokens", "{\"name\":\"root\",\"roles\":[\"admin\"]}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return member(made, "token");
    }

    private static Made make(TestDaemon daemon, String admin, String members) throws Exception {
        HttpResponse<String> made =
                daemon.send("POST", "/api/v1/tokens", "{" + members + "}", bearer(admin));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(made.headers().firstValue("cache-control")).hasValue("no-store");
        return new Made(member(made, "id"), member(made, "token"));
    }

    private static Made ofTenant(TestDaemon daemon, String admin, String tenant) throws Exception {
        return make(
                daemon,
                admin,
                "\"name\":\"all\",\"tenant\":\"%s\",\"roles\":[\"admin\"]".formatted(tenant));
    }

    private static String member(HttpResponse<String> answer, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(answer.body());
        assertThat(found.find()).as(answer.body()).isTrue();
        return found.group(1);
    }

    private static String[] bearer(String secret) {
        return new String[] {"authorization", "Bearer " + secret};
    }

    @Test
    void whoeverShowsNoTokenIsChallengedOnEveryRouteThatIsNotOpenToAll() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            admin(daemon);
            Set<String> open = new TreeSet<>();
            for (String route : routes()) {
                String[] parts = route.split(" ", -1);
                HttpResponse<String> answer = daemon.send(parts[0], parts[1], "");
                if (route.equals(SIGNED)) {
                    assertThat(answer.body()).contains("\"code\":\"bad_signature\"");
                } else if (answer.statusCode() == 401) {
                    assertThat(answer.headers().firstValue("www-authenticate"))
                            .hasValue("Bearer realm=\"culvert\"");
                    assertThat(answer.body()).contains(unauthenticated(parts[1]));
                } else {
                    open.add(route);
                }
            }
            assertThat(open).isEqualTo(OPEN);
        }
    }

    /** What the error on this path contains. */
    private static String unauthenticated(String path) {
        if (path.matches("(/providers/[^/]+)?/v1/messages.*")) {
            return "\"type\":\"authentication_error\"";
        }
        return path.matches("(/providers/[^/]+)?/v1/.*")
                ? "\"code\":\"invalid_api_key\""
                : "\"code\":\"unauthenticated\"";
    }

    /** Everything that openapi.yaml describes, which OpenApiTest compares with what is served. */
    private static List<String> routes() throws IOException {
        List<String> routes = new ArrayList<>();
        String path = "";
        String prefix = "";
        for (String line : Files.readAllLines(OPENAPI)) {
            Matcher pathKey = PATH.matcher(line);
            Matcher methodKey = METHOD.matcher(line);
            if (pathKey.matches()) {
                path = pathKey.group(1).replaceAll("\\{.*?}", "b");
                prefix = "/api/v1";
            } else if (line.startsWith("    servers: ")) {
                prefix = line.contains("/api/v1") ? "/api/v1" : "";
            } else if (methodKey.matches()) {
                routes.add(methodKey.group(1).toUpperCase(Locale.ROOT) + " " + prefix + path);
            }
        }
        assertThat(routes).hasSizeGreaterThan(20);
        return routes;
    }

    @Test
    void anotherTenantsAgentsAreNotThereOnAnyRoute() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"agents\": [{\"id\": \"b\", \"tenant\": \"other\", \"address\":"
                                        + " \"%s\"}]}".formatted(guest.address()))) {
            daemon.awaitState("b", "ready");
            String root = admin(daemon);
            String acme = ofTenant(daemon, root, "acme").secret();
            String other = ofTenant(daemon, root, "other").secret();
            EventReader events =
                    daemon.stream("POST", "/api/v1/agents/b/stream", MESSAGE, bearer(other));
            String turn = guest.take().id();
            HttpResponse<String> seen = daemon.send("GET", "/api/v1/agents/b", "", bearer(other));
            assertThat(seen.statusCode()).isEqualTo(200);

            for (String route : routes()) {
                if (OPEN.contains(route) || !route.matches(".*/(agents|turns)/b.*")) {
                    continue;
                }
                String[] parts = route.replace("/turns/b", "/turns/" + turn).split(" ", -1);
                String method = parts[0];
                String body = body(method, parts[1]);
                String nowhere = parts[1].replace(turn, "c.x").replace("/b", "/c");
                HttpResponse<String> theirs = daemon.send(method, parts[1], body, bearer(acme));
                if (route.equals("PUT /api/v1/agents/b") || route.equals("PUT /agents/b")) {
                    assertThat(theirs.statusCode()).as(route).isEqualTo(404);
                    continue;
                }
                HttpResponse<String> none = daemon.send(method, nowhere, body, bearer(acme));
                assertThat(theirs.statusCode())
                        .as(route)
                        .isEqualTo(none.statusCode())
                        .isEqualTo(
                                route.contains("/turns/") && !route.endsWith("/continue")
                                        ? 410
                                        : 404);
                assertThat(text(theirs, turn)).as(route).isEqualTo(text(none, "c.x"));
            }
            assertThat(daemon.send("GET", "/api/v1/agents", "", bearer(acme)).body())
                    .isEqualTo("{\"agents\":[],\"next\":null}");
            assertThat(daemon.send("GET", "/api/v1/turns", "", bearer(acme)).body())
                    .doesNotContain(turn);
            assertThat(daemon.send("GET", "/healthz", "", bearer(acme)).body())
                    .contains("\"ready\":0");
            assertThat(daemon.send("GET", "/healthz", "", bearer(other)).body())
                    .contains("\"ready\":1");
            assertThat(daemon.get("/healthz").body()).doesNotContain("agents");
            assertThat(daemon.send("GET", "/metrics", "", bearer(other)).statusCode())
                    .isEqualTo(403);
            try (EventReader changes = daemon.stream("GET", "/api/v1/events", "", bearer(acme))) {
                assertThat(changes.next().data()).isEqualTo("{\"agents\":[]}");
            }
            events.close();
        }
    }

    private static String body(String method, String path) {
        if (method.equals("GET") || method.equals("DELETE")) {
            return "";
        }
        if (path.endsWith("/continue")) {
            return "{\"continuation\":\"ct_x\",\"tool_results\":[]}";
        }
        return path.endsWith("/b")
                ? "{\"address\":\"127.0.0.1:1\"}"
                : path.endsWith("/config") ? "{\"config\":{}}" : MESSAGE;
    }

    /** The problem without what differs between any two requests. */
    private static String text(HttpResponse<String> problem, String turn) {
        return problem.body()
                .replaceFirst("\"request_id\":\"[^\"]*\"", "")
                .replace(turn, "TURN")
                .replaceAll("'[bc]'", "ID");
    }

    @Test
    void anAgentThatATenantAddsIsItsOwn() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String root = admin(daemon);
            String acme = ofTenant(daemon, root, "acme").secret();

            HttpResponse<String> added =
                    daemon.send(
                            "PUT",
                            "/api/v1/agents/a",
                            "{\"address\":\"127.0.0.1:1\"}",
                            bearer(acme));
            HttpResponse<String> foreign =
                    daemon.send(
                            "PUT",
                            "/api/v1/agents/x",
                            "{\"address\":\"127.0.0.1:2\",\"tenant\":\"other\"}",
                            bearer(acme));

            assertThat(added.body()).contains("\"tenant\":\"acme\"");
            assertThat(foreign.statusCode()).isEqualTo(409);
        }
    }

    @Test
    void aTenantsAdminManagesTokensOfItsTenantOnly() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String root = admin(daemon);
            String acme = ofTenant(daemon, root, "acme").secret();
            Made other = ofTenant(daemon, root, "other");

            Made own = make(daemon, acme, "\"name\":\"ci\",\"scopes\":[\"agents:read\"]");

            String list = daemon.send("GET", "/api/v1/tokens", "", bearer(acme)).body();
            assertThat(list)
                    .contains("\"name\":\"ci\",\"tenant\":\"acme\"")
                    .doesNotContain("other", "root", own.secret());
            assertThat(
                            daemon.send(
                                            "POST",
                                            "/api/v1/tokens",
                                            "{\"name\":\"x\",\"tenant\":\"other\",\"scopes\":[\"agents:read\"]}",
                                            bearer(acme))
                                    .statusCode())
                    .isEqualTo(403);
            String theirs = "/api/v1/tokens/" + other.id();
            assertThat(daemon.send("DELETE", theirs, "", bearer(acme)).statusCode()).isEqualTo(404);
            assertThat(daemon.send("POST", theirs + "/rotate", "", bearer(acme)).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void nobodyMakesATokenThatMayDoMoreThanItsMaker() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String root = admin(daemon);
            String tokens =
                    make(daemon, root, "\"name\":\"keeper\",\"scopes\":[\"admin\",\"agents:read\"]")
                            .secret();

            HttpResponse<String> refused =
                    daemon.send(
                            "POST",
                            "/api/v1/tokens",
                            "{\"name\":\"x\",\"roles\":[\"operator\"]}",
                            bearer(tokens));

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("agents:write").contains("metrics:read");
        }
    }

    @Test
    void aMissingScopeIsNamed() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String root = admin(daemon);
            String viewer = make(daemon, root, "\"name\":\"v\",\"roles\":[\"viewer\"]").secret();

            HttpResponse<String> answer =
                    daemon.send("POST", "/api/v1/agents/a/message", MESSAGE, bearer(viewer));

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("www-authenticate"))
                    .hasValue(
                            "Bearer realm=\"culvert\", error=\"insufficient_scope\","
                                    + " scope=\"agents:write\"");
            assertThat(answer.body())
                    .contains("\"code\":\"insufficient_scope\",\"scope\":\"agents:write\"");
            assertThat(daemon.send("GET", "/metrics", "", bearer(root)).body())
                    .contains("culvert_auth_denied_total{reason=\"insufficient_scope\"} 1.0")
                    .contains("culvert_auth_tokens 2.0");
        }
    }

    @Test
    void aTokenComesAsABearerOrAsAnApiKeyAndNeverInAQuery() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String root = admin(daemon);
            String path = "/api/v1/agents";
            assertThat(daemon.send("GET", path, "", "x-api-key", root).statusCode()).isEqualTo(200);
            assertThat(daemon.send("GET", path, "", "authorization", "bearer " + root).statusCode())
                    .isEqualTo(200);
            assertThat(daemon.send("GET", path, "", "authorization", "Basic " + root).statusCode())
                    .isEqualTo(401);
            HttpResponse<String> wrong = daemon.send("GET", path, "", "x-api-key", root + "x");
            assertThat(wrong.statusCode()).isEqualTo(401);
            assertThat(wrong.headers().firstValue("www-authenticate").orElse(""))
                    .contains("error=\"invalid_token\"")
                    .contains("error_description=\"The token is not known here: check");
            for (String query : List.of("?access_token=" + root, "?after=" + root)) {
                HttpResponse<String> inQuery = daemon.get(path + query);
                assertThat(inQuery.statusCode()).isEqualTo(400);
                assertThat(inQuery.body())
                        .contains("\"code\":\"token_in_query\"")
                        .doesNotContain(root);
            }
        }
    }

    @Test
    void aRevokedTokenEndsItsStreamsAndItsWholeAnswersWithAReason() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = TestDaemon.with(guest)) {
            String root = admin(daemon);
            Made ci = make(daemon, root, "\"name\":\"ci\",\"roles\":[\"operator\"]");
            try (EventReader events =
                            daemon.stream(
                                    "POST",
                                    "/api/v1/agents/a/stream",
                                    MESSAGE,
                                    bearer(ci.secret()));
                    EventReader fleet =
                            daemon.stream("GET", "/api/v1/events", "", bearer(ci.secret()))) {
                guest.take().chunk(1, "one");
                assertThat(events.next().type()).isEqualTo("chunk");
                assertThat(fleet.next().type()).isEqualTo("snapshot");
                CompletableFuture<HttpResponse<String>> whole =
                        daemon.begin(
                                "POST", "/api/v1/agents/a/message", MESSAGE, bearer(ci.secret()));
                guest.take();

                String path = "/api/v1/tokens/" + ci.id();
                assertThat(daemon.send("DELETE", path, "", bearer(root)).statusCode())
                        .isEqualTo(204);

                Event last = events.next();
                assertThat(last.type()).isEqualTo("error");
                assertThat(last.data()).contains("\"code\":\"token_revoked\"");
                assertThat(fleet.next().data()).contains("\"code\":\"token_revoked\"");
                assertThat(whole.get().statusCode()).isEqualTo(401);
                assertThat(whole.get().body()).contains("\"code\":\"token_revoked\"");
                HttpResponse<String> after =
                        daemon.send("GET", "/api/v1/agents", "", bearer(ci.secret()));
                assertThat(after.statusCode()).isEqualTo(401);
                assertThat(after.body()).contains("token_revoked");
            }
            Eventually.await(() -> assertThat(denied(daemon, root)).contains("caller_denied\"} 2"));
        }
    }

    @Test
    void aRevokedTokenAlsoStopsATurnThatGoesOnWithoutItsClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = TestDaemon.with(guest)) {
            String root = admin(daemon);
            Made ci = make(daemon, root, "\"name\":\"ci\",\"roles\":[\"operator\"]");
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin(
                            "POST",
                            "/api/v1/agents/a/message",
                            MESSAGE,
                            "authorization",
                            "Bearer " + ci.secret(),
                            "x-culvert-on-disconnect",
                            "continue");
            Request message = guest.take();
            answer.cancel(true);
            String turn = "/api/v1/turns/" + message.id();
            Eventually.await(() ->
                    assertThat(body(daemon, turn, root)).contains("\"read_by\":[]", "running"));
            for (String path : List.of(turn, "/api/v1/agents/a/turns", "/api/v1/turns")) {
                assertThat(body(daemon, path, root)).contains("\"caller\":\"token:ci\"");
            }

            String path = "/api/v1/tokens/" + ci.id();
            assertThat(daemon.send("DELETE", path, "", bearer(root)).statusCode()).isEqualTo(204);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
        }
    }

    @ParameterizedTest
    @CsvSource({"message, true", "message, false", "stream, true", "stream, false"})
    void aRevokedTokenStopsATurnThatWaitsForAnApprovalThoughItsClientHasLeft(
            String how, boolean asksBeforeTheClientLeaves) throws Exception {
        try (ScriptedGuest guest =
                        ScriptedGuest.announcing("resume", "cancel", "tools", "approvals");
                TestDaemon daemon = TestDaemon.with(guest)) {
            String root = admin(daemon);
            Made ci = make(daemon, root, "\"name\":\"ci\",\"roles\":[\"operator\"]");
            Request message;
            String turn;
            try (RawConnection client = new RawConnection(daemon)) {
                client.send(
                        "POST /api/v1/agents/a/%s HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\nidempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                                .formatted(how, ci.secret(), MESSAGE.length(), MESSAGE));
                message = guest.take();
                turn = "/api/v1/turns/" + message.id();
                message.chunk(1, "one");
                if (asksBeforeTheClientLeaves) {
                    message.numbered(2, "approval", "{\"call_id\":\"c1\"}");
                }
                awaitBody(
                        daemon,
                        turn,
                        root,
                        "\"last_event\":" + (asksBeforeTheClientLeaves ? 2 : 1));
            }
            awaitBody(daemon, turn, root, "\"read_by\":[]");
            if (!asksBeforeTheClientLeaves) {
                message.numbered(2, "approval", "{\"call_id\":\"c1\"}");
                awaitBody(daemon, turn, root, "\"last_event\":2");
            }
            assertThat(guest.seen("cancel")).isEmpty();

            String path = "/api/v1/tokens/" + ci.id();
            assertThat(daemon.send("DELETE", path, "", bearer(root)).statusCode()).isEqualTo(204);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
        }
    }

    private static void awaitBody(TestDaemon daemon, String path, String token, String text) {
        Eventually.await(() -> assertThat(body(daemon, path, token)).contains(text));
    }

    private static String body(TestDaemon daemon, String path, String token) {
        try {
            return daemon.send("GET", path, "", bearer(token)).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String denied(TestDaemon daemon, String root) {
        try {
            return daemon.send("GET", "/metrics", "", bearer(root)).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anExpiredTokenEndsItsStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = TestDaemon.with(guest)) {
            String root = admin(daemon);
            Made brief =
                    make(
                            daemon,
                            root,
                            "\"name\":\"b\",\"roles\":[\"operator\"],\"expires_in\":\"800ms\"");
            try (EventReader events =
                    daemon.stream(
                            "POST", "/api/v1/agents/a/stream", MESSAGE, bearer(brief.secret()))) {
                assertThat(events.next().data()).contains("\"code\":\"token_expired\"");
            }
        }
    }

    @Test
    void afterARotationBothSecretsAreValidForTheOverlap() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String root = admin(daemon);
            Made ci = make(daemon, root, "\"name\":\"ci\",\"roles\":[\"viewer\"]");
            String path = "/api/v1/tokens/" + ci.id() + "/rotate";

            String second = member(daemon.send("POST", path, "", bearer(root)), "token");
            assertThat(status(daemon, ci.secret())).isEqualTo(200);
            assertThat(status(daemon, second)).isEqualTo(200);

            HttpResponse<String> third =
                    daemon.send("POST", path, "{\"overlap\":\"0s\"}", bearer(root));
            assertThat(status(daemon, second)).isEqualTo(401);
            assertThat(status(daemon, member(third, "token"))).isEqualTo(200);
        }
    }

    private static int status(TestDaemon daemon, String secret) throws Exception {
        return daemon.send("GET", "/api/v1/agents", "", bearer(secret)).statusCode();
    }

    @Test
    void tokensOutliveTheDaemonAndOthersAreReadAtAReload() throws Exception {
        String settings = "{\"state_dir\": \"%s\"}".formatted(folder);
        String root;
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            root = admin(daemon);
        }
        Path file = folder.resolve("culvert.db");
        assertThat(Files.readString(file, ISO_8859_1)).doesNotContain(root.substring(17));
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            assertThat(status(daemon, root)).isEqualTo(200);
            TokenStore ofACommand = StateDir.tokensIn(folder);
            ofACommand.change(before -> before.stream().map(it -> withAnotherSecret(it)).toList());
            assertThat(daemon.daemon().reload()).isEmpty();
            Eventually.await(() -> assertThat(unchecked(daemon, root)).isEqualTo(401));

            ofACommand.change(_ -> List.of());
            assertThat(daemon.daemon().reload()).isEmpty();
            assertThat(daemon.get("/api/v1/agents").statusCode()).isEqualTo(401);
        }
    }

    private static Token withAnotherSecret(Token token) {
        return new Token(
                token.id(),
                token.grant(),
                new SecretHash("0".repeat(64)),
                token.created(),
                token.expires(),
                token.revoked(),
                token.former());
    }

    private static int unchecked(TestDaemon daemon, String secret) {
        try {
            return status(daemon, secret);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://0.0.0.0:0", "tcp://[::]:0"})
    void withoutATokenItStartsOnlyWhereThisMachineReachesIt(String address) throws Exception {
        String settings =
                "{\"http\": {\"listen\": [\"%s\"]}, \"state_dir\": \"%s\"}"
                        .formatted(address, folder);
        assertThatIOException()
                .isThrownBy(() -> TestDaemon.start(settings).close())
                .withMessageContaining("there is no token yet")
                .withMessageContaining("culvertd init");

        String local = "{\"state_dir\": \"%s\"}".formatted(folder);
        try (TestDaemon daemon = TestDaemon.start(local)) {
            admin(daemon);
        }
        TestDaemon.start(settings).close();
    }

    @Test
    void aUserOfAUnixSocketNeedsNoTokenWhereTheSettingsNameIt() throws Exception {
        long uid = ((Number) Files.getAttribute(folder, "unix:uid")).longValue();
        Path socket = folder.resolve("http.sock");
        String settings =
                """
                {
                  "http": {"listen": ["tcp://127.0.0.1:0", "unix://%s"]},
                  "auth": {"unix": [{"uid": %d, "tenant": "acme", "roles": ["viewer"]}]},
                  "agents": [{"id": "a", "tenant": "acme", "address": "127.0.0.1:1"},
                             {"id": "b", "tenant": "other", "address": "127.0.0.1:2"}]
                }
                """
                        .formatted(socket, uid);
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            assertThat(daemon.get("/api/v1/agents").statusCode()).isEqualTo(401);
            assertThat(overUnix(socket, "GET /api/v1/agents"))
                    .startsWith("HTTP/1.1 200")
                    .contains("\"id\":\"a\"")
                    .doesNotContain("\"id\":\"b\"");
            assertThat(overUnix(socket, "DELETE /api/v1/agents/a")).startsWith("HTTP/1.1 403");
        }
    }

    private static String overUnix(Path socket, String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request = line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            channel.write(StandardCharsets.US_ASCII.encode(request));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(answer) >= 0) {}
            return StandardCharsets.UTF_8.decode(answer.flip()).toString();
        }
    }
}
