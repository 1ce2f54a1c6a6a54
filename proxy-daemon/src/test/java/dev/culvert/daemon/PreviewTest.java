package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.transport.AgentAddress;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links that show a port of an agent in a browser. */
@Timeout(60)
@SuppressWarnings("try") // some close what they have opened before the end
class PreviewTest {
    private static final Pattern LINK =
            Pattern.compile("\"url\":\"http://([^/]+)/\\?culvert_preview=([^\"]+)\"");
    private static final String HTML = "accept: text/html\r\n";

    /** An app in the VM, each of whose connections the test answers by hand. */
    private static final class App implements Closeable {
        private final ServerSocket service = TunnelContract.service();
        private final DialledPair pair;

        App(String more) throws Exception {
            this(more, guest -> guest);
        }

        App(String more, UnaryOperator<AgentAddress> road) throws Exception {
            int port = service.getLocalPort();
            service.setSoTimeout(20_000);
            pair =
                    DialledPair.start(
                            TunnelContract.allowed(port) + more,
                            "\"forward_ports\": \"%d\",".formatted(port),
                            road);
        }

        int port() {
            return service.getLocalPort();
        }

        TestDaemon daemon() {
            return pair.daemon();
        }

        Link link() throws Exception {
            String made =
                    daemon().post("/api/v1/agents/a/previews", "{\"port\":%d}".formatted(port()))
                            .body();
            return Link.of(made);
        }

        @Override
        public void close() throws IOException {
            pair.close();
            service.close();
        }
    }

    private record Link(String id, String host, String secret) {
        static Link of(String made) {
            Matcher url = LINK.matcher(made);
            assertThat(url.find()).as(made).isTrue();
            String id = made.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
            return new Link(id, url.group(1), url.group(2));
        }

        String cookie() {
            return "cookie: culvert_preview=" + secret + "\r\n";
        }
    }

    private static void ask(RawConnection client, String line, Link link, String headers)
            throws IOException {
        client.send(line + " HTTP/1.1\r\nhost: " + link.host() + "\r\n" + headers + "\r\n");
    }

    private static String answer(TestDaemon daemon, String line, Link link, String headers)
            throws IOException {
        try (RawConnection client = new RawConnection(daemon)) {
            ask(client, line, link, headers);
            return client.answer();
        }
    }

    /** The head that the app got. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    private static Socket accept(App app) throws IOException {
        Socket accepted = app.service.accept();
        accepted.setSoTimeout(20_000);
        return accepted;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    @Test
    void aBrowserGetsTheSecretAsACookieAndIsSentOnWithoutIt() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            assertThat(link.host()).startsWith(app.port() + "--a.preview.localhost:");

            String sent =
                    answer(
                            app.daemon(),
                            "GET //b?x=1&culvert_preview=" + link.secret() + "&y",
                            link,
                            HTML);

            assertThat(sent)
                    .startsWith("HTTP/1.1 303 ")
                    .contains("\r\nlocation: /.//b?x=1&y\r\n")
                    .containsPattern(
                            "\r\nset-cookie: culvert_preview="
                                    + link.secret()
                                    + "; Path=/; Max-Age=[0-9]+; HttpOnly; SameSite=Lax\r\n")
                    .contains("\r\nreferrer-policy: no-referrer\r\n");
        }
    }

    @Test
    void theAppGetsTheRequestWithoutTheSecretAndTheClientItsAnswer() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            try (RawConnection client = new RawConnection(app.daemon())) {
                ask(
                        client,
                        "POST /save?a=1",
                        link,
                        link.cookie()
                                + "cookie: mine=1; culvert_preview=zz; other=2\r\n"
                                + "referer: http://x/?culvert_preview="
                                + link.secret()
                                + "\r\n"
                                + "authorization: Bearer cvt_0123456789ab_secret\r\n"
                                + "x-own: yes\r\nconnection: keep-alive, x-hop\r\nx-hop: no\r\n"
                                + "content-length: 5\r\n");
                client.send("hello");
                try (Socket accepted = accept(app)) {
                    String got = head(accepted.getInputStream());
                    assertThat(got)
                            .startsWith("POST /save?a=1 HTTP/1.1\r\n")
                            .contains("host: " + link.host() + "\r\n")
                            .contains("\r\ncookie: mine=1; other=2\r\n")
                            .contains("\r\nx-own: yes\r\n")
                            .contains("\r\nX-Forwarded-Proto: http\r\n")
                            .contains("\r\nConnection: close\r\n")
                            .contains("\r\nContent-Length: 5\r\n")
                            .doesNotContain("culvert_preview", link.secret(), "cvt_", "x-hop");
                    assertThat(accepted.getInputStream().readNBytes(5))
                            .asString(ISO_8859_1)
                            .isEqualTo("hello");

                    write(
                            accepted,
                            "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 Made\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok");

                    assertThat(client.answer())
                            .startsWith("HTTP/1.1 201 Made\r\n")
                            .contains("\r\nConnection: close\r\n")
                            .doesNotContain("keep-alive")
                            .endsWith("ok");
                    // What follows on this connection is not for the app.
                    ask(client, "GET /next", link, link.cookie());
                }
            }
        }
    }

    @Test
    void aStreamOfEventsArrivesAsItIsSentAndEndsWithTheClient() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            try (RawConnection client = new RawConnection(app.daemon())) {
                ask(client, "GET /events", link, link.cookie());
                try (Socket accepted = accept(app)) {
                    head(accepted.getInputStream());
                    write(
                            accepted,
                            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n");
                    assertThat(client.until("data: 1\n\n")).startsWith("HTTP/1.1 200 ");
                    write(accepted, "data: 2\n\n");
                    assertThat(client.until("data: 2\n\n")).isEqualTo("data: 2\n\n");

                    client.close();

                    assertThat(end(accepted)).isEqualTo(-1);
                }
            }
        }
    }

    private static int end(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException _) {
            return -1;
        }
    }

    @Test
    void aWebSocketCarriesBothDirections() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            try (RawConnection client = new RawConnection(app.daemon())) {
                ask(
                        client,
                        "GET /ws",
                        link,
                        link.cookie()
                                + "origin: http://"
                                + link.host()
                                + "\r\nconnection: Upgrade\r\nupgrade: websocket\r\n");
                try (Socket accepted = accept(app)) {
                    assertThat(head(accepted.getInputStream()))
                            .contains("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
                    write(
                            accepted,
                            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\nfirst");
                    assertThat(client.until("first")).startsWith("HTTP/1.1 101 ");
                    client.send("ping");
                    assertThat(accepted.getInputStream().readNBytes(4))
                            .asString(ISO_8859_1)
                            .isEqualTo("ping");
                    write(accepted, "pong");
                    assertThat(client.until("pong")).isEqualTo("pong");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cookie: culvert_preview=cvp_wrong\r\n",
                "cookie: culvert_preview=\r\n",
                "authorization: Bearer x\r\n"
            })
    void withoutTheSecretNothingIsShown(String headers) throws Exception {
        try (App app = new App("")) {
            Link link = app.link();

            assertThat(answer(app.daemon(), "GET /livez", link, headers + HTML))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("No preview");
        }
    }

    @Test
    void theSecretOfAnotherHostIsNone() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            Link other = new Link("", link.host().replace("--a", "--b"), link.secret());

            assertThat(answer(app.daemon(), "GET /", other, link.cookie()))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "origin: http://evil.example\r\n",
                "origin: null\r\n",
                "sec-fetch-site: same-site\r\nsec-fetch-mode: no-cors\r\n",
                "sec-fetch-site: cross-site\r\n"
            })
    void aPageOfAnotherHostIsRefused(String headers) throws Exception {
        try (App app = new App("")) {
            Link link = app.link();

            assertThat(answer(app.daemon(), "GET /", link, link.cookie() + headers))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("Sent by another page");
        }
    }

    @Test
    void anAgentThatIsAwayShowsAPageThatTriesAgain() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            app.service.close();
            assertThat(answer(app.daemon(), "GET /", link, link.cookie() + HTML))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nretry-after: 3\r\n")
                    .contains("http-equiv=\"refresh\"")
                    .contains("The app does not run yet");

            app.pair.stopGuest();
            app.daemon().awaitState("a", "unreachable");
            assertThat(answer(app.daemon(), "GET /", link, link.cookie() + HTML))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("The agent is away");
            assertThat(answer(app.daemon(), "GET /", link, link.cookie()))
                    .contains("text/plain")
                    .doesNotContain("<html");
        }
    }

    @Test
    void anAppThatSpeaksNoHttpIsTold() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            try (RawConnection client = new RawConnection(app.daemon())) {
                ask(client, "GET /", link, link.cookie());
                try (Socket accepted = accept(app)) {
                    head(accepted.getInputStream());
                    write(accepted, "SSH-2.0\r\n\r\n");
                    assertThat(client.answer())
                            .startsWith("HTTP/1.1 502 ")
                            .contains("its answer is not HTTP");
                }
            }
        }
    }

    @Test
    void aRequestIsCountedAsHeldUntilItIsOnItsWayToTheApp() throws Exception {
        String held = "culvert_held_bytes{kind=\"messages\"}";
        int length = 512 * 1024;
        CutRelay[] road = new CutRelay[1];
        try (App app =
                new App(
                        "",
                        guest -> {
                            road[0] = relay(guest);
                            return road[0].address();
                        })) {
            Link link = app.link();
            try (CutRelay relay = road[0];
                    RawConnection client = new RawConnection(app.daemon())) {
                relay.hold();
                ask(client, "POST /", link, link.cookie() + "content-length: " + length + "\r\n");
                client.send("x".repeat(length));
                app.daemon().awaitMetric(held, bytes -> bytes >= length);
                relay.goOn();

                try (Socket accepted = accept(app)) {
                    InputStream in = accepted.getInputStream();
                    head(in);
                    assertThat(in.readNBytes(length)).hasSize(length);
                    app.daemon().awaitMetric(held, bytes -> bytes == 0);
                    write(accepted, "HTTP/1.1 204 No Content\r\n\r\n");
                    client.until("204");
                }
            }
        }
    }

    private static CutRelay relay(AgentAddress to) {
        try {
            return new CutRelay(to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRevokedPreviewIsOverAndSoAreItsConnections() throws Exception {
        try (App app = new App("")) {
            Link link = app.link();
            User user = User.of(app.daemon());
            assertThat(user.run("preview").out()).contains(link.id()).contains("open");
            try (RawConnection client = new RawConnection(app.daemon())) {
                ask(client, "GET /", link, link.cookie());
                try (Socket accepted = accept(app)) {
                    head(accepted.getInputStream());
                    write(accepted, "HTTP/1.1 200 OK\r\n\r\nfirst");
                    client.until("first");

                    CommandRun revoked = user.run("preview", "revoke", link.id());

                    assertThat(revoked.code()).as(revoked.err()).isZero();
                    assertThat(end(accepted)).isEqualTo(-1);
                }
            }
            assertThat(answer(app.daemon(), "GET /", link, link.cookie()))
                    .startsWith("HTTP/1.1 410 ");
            assertThat(user.run("preview", "list", "-o", "json").out()).contains("\"revoked\"");
            assertThat(user.run("preview", "revoke", "none").code()).isEqualTo(5);
        }
    }

    @Test
    void aPreviewEndsWithItsTimeAndTheConnectionsToo() throws Exception {
        try (App app = new App("")) {
            Link link =
                    Link.of(
                            app.daemon()
                                    .post(
                                            "/api/v1/agents/a/previews",
                                            "{\"port\":%d,\"ttl\":\"1s\"}".formatted(app.port()))
                                    .body());
            try (RawConnection client = new RawConnection(app.daemon())) {
                ask(client, "GET /", link, link.cookie());
                try (Socket accepted = accept(app)) {
                    assertThat(head(accepted.getInputStream())).isNotEmpty();
                    assertThat(end(accepted)).isEqualTo(-1);
                }
            }
            assertThat(answer(app.daemon(), "GET /", link, link.cookie()))
                    .startsWith("HTTP/1.1 410 ");
        }
    }

    @Test
    void aPreviewEndsWithTheTokenThatMadeIt() throws Exception {
        try (App app = new App("")) {
            TestDaemon daemon = app.daemon();
            String admin = token(daemon, "admin", "\"roles\":[\"admin\"]", "");
            String own = token(daemon, "own", "\"scopes\":[\"reach\"]", admin);
            Link link =
                    Link.of(
                            daemon.send(
                                            "POST",
                                            "/api/v1/agents/a/previews",
                                            "{\"port\":%d}".formatted(app.port()),
                                            "authorization",
                                            "Bearer " + own)
                                    .body());
            app.service.close();
            assertThat(answer(daemon, "GET /", link, link.cookie())).startsWith("HTTP/1.1 503 ");

            daemon.send(
                    "DELETE",
                    "/api/v1/tokens/" + own.split("_", -1)[1],
                    "",
                    "authorization",
                    "Bearer " + admin);

            assertThat(answer(daemon, "GET /", link, link.cookie())).startsWith("HTTP/1.1 410 ");
        }
    }

    private static String token(TestDaemon daemon, String name, String rights, String by)
            throws Exception {
        String body = "{\"name\":\"%s\",%s}".formatted(name, rights);
        String made =
                (by.isEmpty()
                                ? daemon.post("/api/v1/tokens", body)
                                : daemon.send(
                                        "POST",
                                        "/api/v1/tokens",
                                        body,
                                        "authorization",
                                        "Bearer " + by))
                        .body();
        return made.replaceAll("(?s).*\"token\":\"([^\"]+)\".*", "$1");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        try (App app = new App("\"preview\": {\"max\": 1},")) {
            String path = "/api/v1/agents/a/previews";
            assertThat(app.daemon().post(path, "{\"port\":0}").statusCode()).isEqualTo(400);
            assertThat(app.daemon().post(path, "{\"port\":1}").statusCode()).isEqualTo(403);
            assertThat(
                            app.daemon()
                                    .post(
                                            path,
                                            "{\"port\":%d,\"ttl\":\"31d\"}".formatted(app.port()))
                                    .statusCode())
                    .isEqualTo(400);
            app.link();
            assertThat(app.daemon().post(path, "{\"port\":%d}".formatted(app.port())).body())
                    .contains("preview.max");
        }
    }
}
