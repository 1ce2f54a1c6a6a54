package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The step {@code forward}, with a whole daemon and an agent. */
@Timeout(60)
class FlowForwardTest {
    private static final String RUNS = "/api/v1/flow-runs";
    private static final String FLOW =
            """
            {"name": "f", "inputs": {"agent": {"type": "string"}, "to": {"type": "integer"}},
             "steps": {
              "door": {"forward": {"agent": "${inputs.agent}", "port": "${inputs.to}"}},
              "hold": {"approve": {"question": "Close ${steps.door.host}:${steps.door.port}?"}}},
             "outputs": {"port": "${steps.door.port}"}}
            """;

    @TempDir Path folder;
    private ServerSocket service;
    private Guest guest;

    @BeforeEach
    void begin() throws Exception {
        service = TunnelContract.service();
        service.setSoTimeout(20_000);
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", "forward_ports": "%d", "drain": "0s"}
                """
                        .formatted(service.getLocalPort());
        guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
    }

    @AfterEach
    void end() throws IOException {
        guest.close();
        service.close();
    }

    private TestDaemon daemon(String more) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", %s %s\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                                .formatted(
                                        folder,
                                        TunnelContract.allowed(service.getLocalPort()),
                                        more,
                                        guest.address()));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    private String start(TestDaemon daemon, String agent) throws Exception {
        String body =
                "{\"text\": %s, \"inputs\": {\"agent\": \"%s\", \"to\": %d}}"
                        .formatted(Value.of(FLOW).json(), agent, service.getLocalPort());
        return Value.parse(daemon.post(RUNS, body).body()).text("id");
    }

    private static String get(TestDaemon daemon, String path) {
        try {
            return daemon.get(path).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Value awaitQuestion(TestDaemon daemon) {
        AtomicReference<Value> found = new AtomicReference<>();
        Eventually.await(() -> {
            Value all = json(get(daemon, "/api/v1/approvals?state=pending"));
            assertThat(all.at("approvals").list()).hasSize(1);
            found.set(all.at("approvals").list().getFirst());
        });
        return requireNonNull(found.get());
    }

    private static Value json(String text) {
        try {
            return Value.parse(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int port(Value question) {
        return Integer.parseInt(
                question.json().replaceAll("(?s).*Close 127\\.0\\.0\\.1:([0-9]+)\\?.*", "$1"));
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private void assertLeadsToTheService(Socket client) throws IOException {
        client.getOutputStream().write("ask".getBytes(US_ASCII));
        try (Socket accepted = service.accept()) {
            accepted.setSoTimeout(20_000);
            assertThat(accepted.getInputStream().readNBytes(3)).isEqualTo("ask".getBytes(US_ASCII));
            accepted.getOutputStream().write('!');
            assertThat(client.getInputStream().read()).isEqualTo('!');
        }
    }

    private static void awaitEnd(TestDaemon daemon, String run, String state) {
        Eventually.await(() ->
                assertThat(get(daemon, RUNS + "/" + run))
                        .contains("\"state\":\"" + state + "\"", "\"ended\":\""));
    }

    @Test
    void aPortLeadsToTheAgentUntilTheRunEnds() throws Exception {
        try (TestDaemon daemon = daemon("")) {
            String run = start(daemon, "a");
            Value question = awaitQuestion(daemon);
            int port = port(question);
            daemon.awaitBody("/metrics", "culvert_flow_forwards 1.0");
            try (Socket client = connect(port)) {
                assertLeadsToTheService(client);
            }
            try (Socket open = connect(port);
                    Socket accepted = service.accept()) {
                accepted.setSoTimeout(20_000);

                daemon.post("/api/v1/approvals/" + question.text("id"), "{\"decision\":\"allow\"}");

                awaitEnd(daemon, run, "done");
                assertThat(open.getInputStream().read()).isEqualTo(-1);
            }
            Eventually.await(() ->
                    assertThatThrownBy(() -> connect(port).close())
                            .isInstanceOf(ConnectException.class));
            daemon.awaitBody("/metrics", "culvert_flow_forwards 0.0");
        }
    }

    @Test
    void aRunThatIsCancelledClosesItsPort() throws Exception {
        try (TestDaemon daemon = daemon("")) {
            String run = start(daemon, "a");
            int port = port(awaitQuestion(daemon));

            daemon.send("DELETE", RUNS + "/" + run, "");

            awaitEnd(daemon, run, "cancelled");
            Eventually.await(() ->
                    assertThatThrownBy(() -> connect(port).close())
                            .isInstanceOf(ConnectException.class));
        }
    }

    private static Value asked(
            TestDaemon daemon, String token, String method, String path, String body)
            throws Exception {
        String answer =
                token.isEmpty()
                        ? daemon.send(method, path, body).body()
                        : daemon.send(method, path, body, "authorization", "Bearer " + token)
                                .body();
        return answer.isEmpty() ? Value.nothing() : Value.parse(answer);
    }

    @Test
    void theEndOfTheTokenThatStartedItClosesThePortAndItsConnections() throws Exception {
        try (TestDaemon daemon = daemon("")) {
            String tokens = "/api/v1/tokens";
            String admin =
                    asked(
                                    daemon,
                                    "",
                                    "POST",
                                    tokens,
                                    "{\"name\": \"admin\", \"roles\": [\"admin\"]}")
                            .text("token");
            Value made =
                    asked(
                            daemon,
                            admin,
                            "POST",
                            tokens,
                            "{\"name\": \"b\", \"scopes\": [\"flows\", \"reach\"]}");
            String body =
                    "{\"text\": %s, \"inputs\": {\"agent\": \"a\", \"to\": %d}}"
                            .formatted(Value.of(FLOW).json(), service.getLocalPort());
            String run = asked(daemon, made.text("token"), "POST", RUNS, body).text("id");
            assertThat(run).isNotEmpty();
            AtomicReference<Value> question = new AtomicReference<>();
            Eventually.await(() -> {
                List<Value> all = approvals(daemon, admin);
                assertThat(all).hasSize(1);
                question.set(all.getFirst());
            });
            int port = port(requireNonNull(question.get()));
            try (Socket open = connect(port);
                    Socket accepted = service.accept()) {
                accepted.setSoTimeout(20_000);
                accepted.getOutputStream().write('!');
                assertThat(open.getInputStream().read()).isEqualTo('!');

                asked(daemon, admin, "DELETE", tokens + "/" + made.text("id"), "");

                assertThat(isOver(open)).isTrue();
                assertThat(isOver(accepted)).isTrue();
            }
            Eventually.await(() ->
                    assertThatThrownBy(() -> connect(port).close())
                            .isInstanceOf(ConnectException.class));
        }
    }

    private static List<Value> approvals(TestDaemon daemon, String token) {
        try {
            return asked(daemon, token, "GET", "/api/v1/approvals?state=pending", "")
                    .at("approvals")
                    .list();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Also after a reset. */
    private static boolean isOver(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    @Test
    void afterARestartOfTheDaemonTheSamePortIsOpenAgain() throws Exception {
        String run;
        int port;
        try (TestDaemon daemon = daemon("")) {
            run = start(daemon, "a");
            port = port(awaitQuestion(daemon));
        }
        assertThatThrownBy(() -> connect(port).close()).isInstanceOf(ConnectException.class);

        try (TestDaemon daemon = daemon("")) {
            Value question = awaitQuestion(daemon);
            assertThat(port(question)).isEqualTo(port);
            AtomicReference<Socket> client = new AtomicReference<>();
            Eventually.await(() -> client.set(connected(port)));
            try (Socket socket = requireNonNull(client.get())) {
                assertLeadsToTheService(socket);
            }
            daemon.post("/api/v1/approvals/" + question.text("id"), "{\"decision\":\"allow\"}");
            awaitEnd(daemon, run, "done");
        }
    }

    private static Socket connected(int port) {
        try {
            return connect(port);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAgentThatIsNotThereOrOneTooManyIsAFailure() throws Exception {
        try (TestDaemon daemon = daemon("\"flows\": {\"max_forwards\": 0},")) {
            String unknown = start(daemon, "b");
            String tooMany = start(daemon, "a");

            awaitEnd(daemon, unknown, "failed");
            awaitEnd(daemon, tooMany, "failed");
            assertThat(get(daemon, RUNS + "/" + unknown))
                    .contains("there is no agent 'b': culvert agents lists those there are");
            assertThat(get(daemon, RUNS + "/" + tooMany)).contains("(flows.max_forwards)");
        }
    }

    @Test
    void itsOutputIsForNoOtherRun() throws Exception {
        String flow = FLOW.replace("\"door\": {", "\"door\": {\"cache\": \"1h\", ");
        try (TestDaemon daemon = daemon("")) {
            assertThat(daemon.post(RUNS, "{\"text\": " + Value.of(flow).json() + "}").body())
                    .contains("has 'cache', which no step of the kind forward may have");
        }
    }
}
