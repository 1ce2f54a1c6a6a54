package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.TunnelContract.Pair;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.testing.Eventually;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.TunnelRefusal.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A port of the VM that leads to a service of the host's side; part of {@link TunnelContract}. */
@SuppressWarnings("try") // some close what they have opened before the end
interface ReverseContract {
    /** As {@link TunnelContract} says. */
    Pair pair(String ofDaemon, String ofGuest) throws Exception;

    /** A port where nobody listens. */
    static int free() throws IOException {
        try (ServerSocket socket = TunnelContract.service()) {
            return socket.getLocalPort();
        }
    }

    /** The daemon's settings that list it. */
    static String offering(ServerSocket service) {
        return "\"reach\": {\"services\": [{\"agents\": \"a\", \"to\": [\"127.0.0.1:%d\"]}]},"
                .formatted(service.getLocalPort());
    }

    /** The guest's settings that list it. */
    static String opening(int port) {
        return "\"reverse_ports\": \"%d\",".formatted(port);
    }

    /** Opens the port; it is open until what this returns is closed. */
    static Tunnel open(TestDaemon daemon, int port, ServerSocket service) throws IOException {
        return open(daemon, "", port, service);
    }

    private static Tunnel open(TestDaemon daemon, String token, int port, ServerSocket service)
            throws IOException {
        return new Api(
                        new Server.Http("127.0.0.1", daemon.port(), ""),
                        token,
                        Optional.empty(),
                        Duration.ofSeconds(20),
                        _ -> {})
                .tunnel(
                        "/api/v1/agents/a/reverse/%d?to=127.0.0.1:%d"
                                .formatted(port, service.getLocalPort()),
                        "culvert-tunnel");
    }

    /** A program in the VM. */
    static Socket program(int port) throws IOException {
        Socket program = new Socket(InetAddress.getLoopbackAddress(), port);
        program.setSoTimeout(20_000);
        return program;
    }

    static Socket accept(ServerSocket service) throws IOException {
        service.setSoTimeout(20_000);
        Socket accepted = service.accept();
        accepted.setSoTimeout(20_000);
        return accepted;
    }

    private static void awaitClosed(int port) {
        Eventually.await(() ->
                assertThatThrownBy(() -> program(port).close())
                        .isInstanceOf(ConnectException.class));
    }

    @Test
    default void aPortOfTheGuestLeadsToAServiceOfTheHost() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port));
                Tunnel tunnel = open(pair.daemon(), port, service)) {
            for (int i = 0; i < 3; i++) {
                try (Socket program = program(port);
                        Socket accepted = accept(service)) {
                    program.getOutputStream().write("ask".getBytes(US_ASCII));
                    program.shutdownOutput();
                    assertThat(accepted.getInputStream().readAllBytes())
                            .asString(US_ASCII)
                            .isEqualTo("ask");
                    accepted.getOutputStream().write("answer".getBytes(US_ASCII));
                    accepted.close();
                    assertThat(program.getInputStream().readAllBytes())
                            .asString(US_ASCII)
                            .isEqualTo("answer");
                }
            }
            tunnel.close();
            Eventually.await(
                    () -> assertThat(pair.daemon().daemon().reach().tunnels().count()).isZero());
            awaitClosed(port);
        }
    }

    private static String member(String name, HttpResponse<String> answer) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(answer.body());
        assertThat(matcher.find()).as(answer.body()).isTrue();
        return matcher.group(1);
    }

    @Test
    default void withTheTokenEndThePortThatItHasOpenedAndItsConnections() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port))) {
            TestDaemon daemon = pair.daemon();
            String admin =
                    "Bearer "
                            + member(
                                    "token",
                                    daemon.post(
                                            "/api/v1/tokens",
                                            "{\"name\":\"admin\",\"roles\":[\"admin\"]}"));
            HttpResponse<String> made =
                    daemon.send(
                            "POST",
                            "/api/v1/tokens",
                            "{\"name\":\"reach\",\"scopes\":[\"reach\"]}",
                            "authorization",
                            admin);
            try (Tunnel tunnel = open(daemon, member("token", made), port, service);
                    Socket program = program(port);
                    Socket accepted = accept(service)) {
                accepted.getOutputStream().write('!');
                assertThat(program.getInputStream().read()).isEqualTo('!');

                String path = "/api/v1/tokens/" + member("id", made);
                assertThat(daemon.send("DELETE", path, "", "authorization", admin).statusCode())
                        .isEqualTo(204);

                assertThat(isOver(tunnel.in())).isTrue();
                assertThat(isOver(program.getInputStream())).isTrue();
                assertThat(isOver(accepted.getInputStream())).isTrue();
            }
            Eventually.await(() -> assertThat(daemon.daemon().reach().tunnels().count()).isZero());
            awaitClosed(port);
        }
    }

    /** Also after a reset. */
    private static boolean isOver(InputStream in) {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    @Test
    default void withTheTunnelEndThePortAndItsConnections() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port))) {
            Tunnel tunnel = open(pair.daemon(), port, service);
            try (Socket program = program(port);
                    Socket accepted = accept(service)) {
                accepted.getOutputStream().write('!');
                assertThat(program.getInputStream().read()).isEqualTo('!');

                tunnel.close();

                assertThatThrownBy(() -> program.getInputStream().readAllBytes())
                        .isInstanceOf(IOException.class);
                awaitClosed(port);
            }
            Eventually.await(
                    () -> assertThat(pair.daemon().daemon().reach().tunnels().count()).isZero());
            Tunnel again = open(pair.daemon(), port, service);
            again.close();
        }
    }

    @Test
    default void eachSideSaysWhatItDoesNotAllow() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                ServerSocket other = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port))) {
            assertRefused(pair, port, other, "not_allowed", "reach.services");
            assertRefused(pair, port == 1 ? 2 : 1, service, "not_allowed", "--reverse-ports");
            try (Tunnel _ = open(pair.daemon(), port, service)) {
                assertRefused(pair, port, service, "port_taken", "has a listener already");
            }
        }
    }

    private static void assertRefused(
            Pair pair, int port, ServerSocket service, String code, String key) {
        assertThatThrownBy(() -> open(pair.daemon(), port, service).close())
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining(key)
                .satisfies(e ->
                        assertThat(((ProblemException) e).problem().text("code")).isEqualTo(code));
    }

    @Test
    default void aGuestReachesNoServiceWithoutAnOpenPortThatLeadsThere() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port))) {
            Destination.Reverse to = new Destination.Reverse("127.0.0.1", service.getLocalPort());
            TunnelProbe before = new TunnelProbe(false);
            pair.guest().openTunnel(to, before);
            assertThat(before.refusal().code()).isEqualTo(Code.NOT_ALLOWED);
            assertThat(before.refusal().sentence()).contains("culvert reverse");

            open(pair.daemon(), port, service).close();
            awaitClosed(port);
            Eventually.await(
                    () -> assertThat(pair.daemon().daemon().reach().tunnels().count()).isZero());

            TunnelProbe after = new TunnelProbe(false);
            pair.guest().openTunnel(to, after);
            assertThat(after.refusal().code()).isEqualTo(Code.NOT_ALLOWED);
        }
    }

    @Test
    default void aGuestThatStopsEndsWhatHasOpenedItsPort() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port));
                Tunnel tunnel = open(pair.daemon(), port, service)) {
            pair.stopGuest();

            assertThat(ended(tunnel)).isTrue();
            awaitClosed(port);
        }
    }

    @Test
    default void aDaemonThatStopsClosesThePortOfTheGuest() throws Exception {
        int port = free();
        try (ServerSocket service = TunnelContract.service();
                Pair pair = pair(offering(service), opening(port));
                Tunnel _ = open(pair.daemon(), port, service)) {
            pair.daemon().close();

            awaitClosed(port);
        }
    }

    private static boolean ended(Tunnel tunnel) {
        try {
            return tunnel.in().read() < 0;
        } catch (IOException _) {
            return true;
        }
    }
}
