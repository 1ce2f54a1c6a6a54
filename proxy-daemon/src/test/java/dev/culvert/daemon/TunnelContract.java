package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.reach.GuestTunnels;
import dev.culvert.guest.Guest;
import dev.culvert.testing.Eventually;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The daemon with our own guest, and a service in its VM that is reached through tunnels;
 * implemented once per road between them.
 */
@Timeout(60)
interface TunnelContract extends ReverseContract {
    /** A daemon and a guest that is ready as {@code a}. */
    interface Pair extends Closeable {
        TestDaemon daemon();

        Guest guest();

        /** Stops the guest's process. */
        void stopGuest();

        @Override
        void close();
    }

    /**
     * Starts both.
     *
     * @param ofDaemon settings, each with a comma after it
     * @param ofGuest the same
     */
    @Override
    Pair pair(String ofDaemon, String ofGuest) throws Exception;

    /** Every tunnel to this port is allowed on both ends. */
    default Pair allowing(int port) throws Exception {
        return pair(allowed(port), "\"forward_ports\": \"%d\",".formatted(port));
    }

    static String allowed(int port) {
        return "\"reach\": {\"ports\": [{\"agents\": \"a\", \"ports\": \"%d\"}]},".formatted(port);
    }

    static ServerSocket service() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** One connection from a client through a tunnel, and its end at the service. */
    record Line(TestForward forward, Socket client, Socket service) implements Closeable {
        static Line open(TestDaemon daemon, ServerSocket service) throws IOException {
            TestForward forward = new TestForward(daemon, "a", service.getLocalPort());
            Socket client = forward.connect();
            service.setSoTimeout(20_000);
            Socket accepted = service.accept();
            accepted.setSoTimeout(20_000);
            Line line = new Line(forward, client, accepted);
            line.exchange();
            return line;
        }

        /** When bytes have gone both ways, the tunnel is open at both ends. */
        private void exchange() throws IOException {
            client.getOutputStream().write('?');
            assertThat(service.getInputStream().read()).isEqualTo('?');
            service.getOutputStream().write('!');
            assertThat(client.getInputStream().read()).isEqualTo('!');
        }

        @Override
        public void close() throws IOException {
            client.close();
            service.close();
            forward.close();
        }
    }

    /** What is said about a port to whoever asks and opens nothing. */
    private static int asked(TestDaemon daemon, int port, String... saying) throws Exception {
        HttpResponse<String> answer = daemon.get("/api/v1/agents/a/forward/" + port);
        assertThat(answer.body()).contains(saying);
        return answer.statusCode();
    }

    @Test
    default void whoeverAsksIsToldWhatTheAgentAllowsAndNothingIsConnected() throws Exception {
        try (ServerSocket service = service();
                Pair pair =
                        pair(
                                "\"reach\": {\"ports\": [{\"agents\": \"a\", \"ports\": \"1-65535\"}]},",
                                "\"forward_ports\": \"%d\",".formatted(service.getLocalPort()))) {
            int other = service.getLocalPort() == 1 ? 2 : 1;

            assertThat(asked(pair.daemon(), other, "--forward-ports", "not_allowed"))
                    .isEqualTo(403);
            assertThat(asked(pair.daemon(), service.getLocalPort(), "culvert forward"))
                    .isEqualTo(426);

            service.setSoTimeout(1);
            assertThatThrownBy(service::accept).isInstanceOf(SocketTimeoutException.class);
            assertThat(pair.daemon().daemon().reach().tunnels().count()).isZero();
        }
    }

    @Test
    default void bytesOfBothDirectionsArriveWholeAndTheTunnelsAreGone() throws Exception {
        byte[] up = random(1, 3_000_000);
        byte[] down = random(2, 2_000_000);
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            CompletableFuture<Void> fromClient = sending(line.client(), up);
            CompletableFuture<Void> fromService = sending(line.service(), down);
            CompletableFuture<byte[]> atService = receiving(line.service());

            assertThat(line.client().getInputStream().readAllBytes())
                    .satisfies(got -> assertThat(got.length).isEqualTo(down.length))
                    .matches(got -> Arrays.equals(got, down), "the bytes that were sent");
            assertThat(Arrays.equals(atService.join(), up)).isTrue();

            fromClient.join();
            fromService.join();
            Eventually.await(() -> assertThat(line.forward().open()).isZero());
        }
    }

    @Test
    default void aServiceCanSpeakFirst() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                TestForward forward = new TestForward(pair.daemon(), "a", service.getLocalPort());
                Socket client = forward.connect();
                Socket accepted = service.accept()) {
            accepted.getOutputStream().write("SSH-2.0\n".getBytes(US_ASCII));

            assertThat(client.getInputStream().readNBytes(8))
                    .asString(US_ASCII)
                    .isEqualTo("SSH-2.0\n");
        }
    }

    /** What both ends say, and that they say no more, may come before the tunnel is open. */
    @Test
    default void bothCanBeDoneBeforeTheTunnelIsOpen() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                TestForward forward = new TestForward(pair.daemon(), "a", service.getLocalPort())) {
            for (int i = 0; i < 20; i++) {
                try (Socket client = forward.connect()) {
                    client.getOutputStream().write("ask".getBytes(US_ASCII));
                    client.shutdownOutput();
                    try (Socket accepted = service.accept()) {
                        accepted.getOutputStream().write("answer".getBytes(US_ASCII));
                        accepted.shutdownOutput();
                        assertThat(accepted.getInputStream().readAllBytes())
                                .asString(US_ASCII)
                                .isEqualTo("ask");
                    }
                    assertThat(client.getInputStream().readAllBytes())
                            .asString(US_ASCII)
                            .isEqualTo("answer");
                }
            }
        }
    }

    @Test
    default void theEndOfTheClientsBytesLeavesThoseOfTheServiceOpen() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            line.client().getOutputStream().write("ask".getBytes(US_ASCII));
            line.client().shutdownOutput();
            assertThat(line.service().getInputStream().readAllBytes())
                    .asString(US_ASCII)
                    .isEqualTo("ask");

            line.service().getOutputStream().write("answer".getBytes(US_ASCII));
            line.service().close();

            assertThat(line.client().getInputStream().readAllBytes())
                    .asString(US_ASCII)
                    .isEqualTo("answer");
        }
    }

    @Test
    default void theEndOfTheServicesBytesLeavesThoseOfTheClientOpen() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            line.service().shutdownOutput();
            assertThat(line.client().getInputStream().read()).isEqualTo(-1);

            line.client().getOutputStream().write("late".getBytes(US_ASCII));
            line.client().close();

            assertThat(line.service().getInputStream().readAllBytes())
                    .asString(US_ASCII)
                    .isEqualTo("late");
        }
    }

    @Test
    default void aServiceThatResetsCutsTheClientOff() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            reset(line.service());

            assertThatThrownBy(() -> line.client().getInputStream().readAllBytes())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    default void aClientThatResetsCutsTheServiceOff() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            reset(line.client());

            assertThatThrownBy(() -> line.service().getInputStream().readAllBytes())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    default void aGuestThatStopsCutsTheClientOff() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            pair.stopGuest();

            assertThatThrownBy(() -> line.client().getInputStream().readAllBytes())
                    .isInstanceOf(IOException.class);
            Eventually.await(() -> assertThat(line.forward().open()).isZero());
        }
    }

    @Test
    default void aDaemonThatStopsCutsTheServiceOff() throws Exception {
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            pair.daemon().close();

            assertThatThrownBy(() -> line.service().getInputStream().readAllBytes())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    default void aReaderThatStallsHoldsLittleAndLosesNothing() throws Exception {
        byte[] sent = random(3, 48 << 20);
        AtomicLong written = new AtomicLong();
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            CompletableFuture<Void> sending = sending(line.service(), sent, written);
            awaitStall(written);

            assertThat(written.get())
                    .as("the kernel holds the writer back")
                    .isLessThan(sent.length);
            assertThat(line.forward().unsentBytes())
                    .isLessThanOrEqualTo(2L * StreamLimits.DEFAULTS.bytes());
            InputStream in = line.client().getInputStream();
            assertThat(Arrays.equals(in.readAllBytes(), sent)).isTrue();
            sending.join();
        }
    }

    @Test
    default void aReaderThatStallsAfterItsOwnEndLosesNothing() throws Exception {
        byte[] sent = random(4, 24 << 20);
        AtomicLong written = new AtomicLong();
        try (ServerSocket service = service();
                Pair pair = allowing(service.getLocalPort());
                Line line = Line.open(pair.daemon(), service)) {
            line.client().shutdownOutput();
            assertThat(line.service().getInputStream().read()).isEqualTo(-1);
            CompletableFuture<Void> sending = sending(line.service(), sent, written);
            awaitStall(written);

            byte[] got = line.client().getInputStream().readAllBytes();

            assertThat(Arrays.equals(got, sent)).isTrue();
            sending.join();
        }
    }

    @Test
    default void aPortThatTheHostDoesNotListIsRefused() throws Exception {
        try (ServerSocket service = service();
                Pair pair = pair("", "\"forward_ports\": \"1-65535\",");
                TestForward forward = new TestForward(pair.daemon(), "a", service.getLocalPort())) {
            assertRefused(forward, Code.NOT_ALLOWED, "reach.ports");
        }
    }

    @Test
    default void aPortThatTheGuestDoesNotListIsRefused() throws Exception {
        try (ServerSocket service = service();
                Pair pair = pair(allowed(service.getLocalPort()), "");
                TestForward forward = new TestForward(pair.daemon(), "a", service.getLocalPort())) {
            assertRefused(forward, Code.NOT_ALLOWED, "--forward-ports");
        }
    }

    @Test
    default void aPortWhereNobodyListensIsRefused() throws Exception {
        int port;
        try (ServerSocket service = service()) {
            port = service.getLocalPort();
        }
        try (Pair pair = allowing(port);
                TestForward forward = new TestForward(pair.daemon(), "a", port)) {
            assertRefused(forward, Code.NO_LISTENER, "start the service");
        }
    }

    @Test
    default void oneMoreThanTheHostTakesIsRefusedUntilAnotherEnds() throws Exception {
        try (ServerSocket service = service()) {
            int port = service.getLocalPort();
            String one = allowed(port).replace("]}", "], \"max_agent_tunnels\": 1}");
            try (Pair pair = pair(one, "\"forward_ports\": \"%d\",".formatted(port));
                    Line line = Line.open(pair.daemon(), service)) {
                assertRefused(line.forward(), Code.TOO_MANY, "reach.max_agent_tunnels");

                line.client().close();
                line.service().close();
                Eventually.await(() -> assertThat(line.forward().open()).isZero());

                try (Line next = Line.open(pair.daemon(), service)) {
                    assertThat(next.forward().open()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    default void oneMoreThanTheGuestTakesIsRefused() throws Exception {
        try (ServerSocket service = service()) {
            int port = service.getLocalPort();
            String one = "\"forward_ports\": \"%d\", \"max_tunnels\": 1,".formatted(port);
            try (Pair pair = pair(allowed(port), one);
                    Line line = Line.open(pair.daemon(), service)) {
                assertRefused(line.forward(), Code.TOO_MANY, "--max-tunnels");
            }
        }
    }

    @Test
    default void theGuestReachesWhatTheHostOffersIt() throws Exception {
        byte[] sent = random(5, 3_000_000);
        try (Pair pair = pair("", "")) {
            ReachRoom reach = pair.daemon().daemon().reach();
            CompletableFuture<Destination> asked = new CompletableFuture<>();
            CompletableFuture<String> by = new CompletableFuture<>();
            reach.ofGuests()
                    .serve(
                            "reverse",
                            (agent, to, offer) -> {
                                asked.complete(to);
                                by.complete(agent.id());
                                offer.open(reach.loops().next(), () -> true, new TunnelProbe(true));
                            });
            TunnelProbe guest = new TunnelProbe(false);

            pair.guest().openTunnel(new Destination.Reverse("db", 5432), guest);

            guest.send(sent);
            assertThat(Arrays.equals(guest.received(), sent)).isTrue();
            assertThat(asked.join()).hasToString("db:5432");
            assertThat(by.join()).isEqualTo("a");
            Eventually.await(() -> assertThat(reach.tunnels().count()).isZero());
            Eventually.await(() -> assertThat(guest.isClosed()).isTrue());
        }
    }

    @Test
    default void theGuestIsToldWhyTheHostOffersItNothing() throws Exception {
        try (Pair pair = pair("", "")) {
            GuestTunnels offers = pair.daemon().daemon().reach().ofGuests();
            offers.serve(
                    "reverse",
                    (_, to, offer) -> offer.refuse(Code.NOT_ALLOWED.because("Not to " + to + ".")));
            TunnelProbe refused = new TunnelProbe(false);
            TunnelProbe unknown = new TunnelProbe(false);

            pair.guest().openTunnel(new Destination.Reverse("db", 5432), refused);
            pair.guest().openTunnel(new Destination.Egress("example.com", 443), unknown);

            assertThat(refused.refusal()).isEqualTo(Code.NOT_ALLOWED.because("Not to db:5432."));
            assertThat(unknown.refusal().code()).isEqualTo(Code.NOT_ALLOWED);
            assertThat(pair.daemon().daemon().reach().tunnels().count()).isZero();
        }
    }

    private static void assertRefused(TestForward forward, Code code, String key) throws Exception {
        TunnelRefusal refusal = forward.refusal();
        assertThat(refusal.code()).as(refusal.sentence()).isEqualTo(code);
        assertThat(refusal.sentence()).contains(key);
    }

    private static byte[] random(long seed, int bytes) {
        byte[] random = new byte[bytes];
        new Random(seed).nextBytes(random);
        return random;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    private static CompletableFuture<Void> sending(Socket from, byte[] bytes) {
        return sending(from, bytes, new AtomicLong());
    }

    private static CompletableFuture<Void> sending(Socket from, byte[] bytes, AtomicLong written) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        for (int at = 0; at < bytes.length; at += 10_000) {
                            int next = Math.min(10_000, bytes.length - at);
                            from.getOutputStream().write(bytes, at, next);
                            written.addAndGet(next);
                        }
                        from.shutdownOutput();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    private static CompletableFuture<byte[]> receiving(Socket at) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return at.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    /** Waits until nothing more is written for a while. */
    private static void awaitStall(AtomicLong written) throws InterruptedException {
        long before = -1;
        while (before != written.get()) {
            before = written.get();
            Thread.sleep(300);
        }
    }
}
