package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Workers;
import dev.culvert.testing.Eventually;
import dev.culvert.testing.NotifySocket;
import dev.culvert.testing.SocketHolder;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon, with somebody who does to it what systemd does. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class UnderSystemdTest {
    private static final String[] SERVE = {
        "serve",
        "--http",
        "tcp://127.0.0.1:0",
        "--agent",
        "a=unix:///nobody/is/there",
        "--log-level",
        "error"
    };

    @TempDir private Path directory;

    @Test
    void tellsSystemdWhenItIsReadyReloadsAndStops() throws Exception {
        try (NotifySocket systemd = new NotifySocket(directory.resolve("notify").toString());
                DaemonProcess process =
                        DaemonProcess.start(
                                Map.of("NOTIFY_SOCKET", systemd.name()),
                                DaemonProcess.command(List.of(), SERVE))) {
            String port = process.after("listening on http://127.0.0.1:");
            assertThat(systemd.next())
                    .containsExactly(
                            "READY=1",
                            "STATUS=listening on [tcp://127.0.0.1:"
                                    + port
                                    + "]; 0 of 1 agents ready; 0 turns under way");

            process.signal("HUP");
            assertThat(systemd.next().getFirst()).isEqualTo("RELOADING=1");
            assertThat(systemd.next()).containsExactly("READY=1");

            process.signal("TERM");
            assertThat(systemd.next())
                    .containsExactly("STOPPING=1", "EXTEND_TIMEOUT_USEC=45000000");
            assertThat(systemd.next()).containsExactly("STATUS=draining: 0 turns under way");
            assertThat(process.exitCode()).isZero();
        }
    }

    @Test
    void theWatchdogIsFedOnlyWhileEveryEventLoopTurns() throws Exception {
        Duration patience = Duration.ofMillis(200);
        Map<String, String> environment =
                Map.of(
                        "NOTIFY_SOCKET", directory.resolve("notify").toString(),
                        "WATCHDOG_USEC", Long.toString(patience.toNanos() / 1_000),
                        "CULVERT_EVENT_LOOPS", "2");
        String debugger =
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0";
        try (NotifySocket systemd = new NotifySocket(directory.resolve("notify").toString());
                DaemonProcess process =
                        DaemonProcess.start(
                                environment, DaemonProcess.command(List.of(debugger), SERVE))) {
            VirtualMachine machine =
                    attach(process.after("Listening for transport dt_socket at address: "));
            systemd.nextWith("WATCHDOG=1");

            for (ThreadReference loop : eventLoops(machine)) {
                loop.suspend();
                awaitQuiet(systemd, patience.multipliedBy(4));
                loop.resume();
                systemd.nextWith("WATCHDOG=1");
            }
            machine.dispose();
        }
    }

    /** What was told before may still be on its way; what goes on would not end. */
    private static void awaitQuiet(NotifySocket systemd, Duration quiet)
            throws InterruptedException {
        for (int told = 0; told < 10; told++) {
            if (systemd.within(quiet).isEmpty()) {
                return;
            }
        }
        throw new AssertionError("the watchdog is still fed");
    }

    @Test
    void aRestartOnASocketOfSystemdsRefusesNoConnection() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(1);
        List<String> daemon =
                DaemonProcess.command(
                        List.of(), "serve", "--http", "tcp://127.0.0.1:1", "--log-level", "error");
        try (DaemonProcess holder = DaemonProcess.start(Map.of(), SocketHolder.holding(daemon))) {
            int port = Integer.parseInt(holder.after("holding "));
            CompletableFuture<Void> connects =
                    CompletableFuture.runAsync(() -> connect(port, answered, enough));
            try {
                for (int restart = 0; restart < 2; restart++) {
                    long pid = Long.parseLong(holder.after("started "));
                    assertThat(holder.after("listening on ")).isEqualTo("http://127.0.0.1:" + port);
                    int before = answered.get();
                    Eventually.await(() -> assertThat(answered).hasValueGreaterThan(before + 20));
                    DaemonProcess.signal(pid, "TERM");
                }
                holder.after("listening on ");
            } finally {
                enough.countDown();
            }
            connects.get(30, TimeUnit.SECONDS);
        }
    }

    /** Connects one time after the other, and fails unless each is answered. */
    private static void connect(int port, AtomicInteger answered, CountDownLatch enough) {
        byte[] request =
                "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
                        .getBytes(UTF_8);
        try {
            while (enough.getCount() > 0) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setSoTimeout(20_000);
                    socket.getOutputStream().write(request);
                    assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                            .startsWith("HTTP/1.1 200 OK\r\n");
                    answered.incrementAndGet();
                }
            }
        } catch (IOException e) {
            throw new AssertionError("after " + answered + " answers", e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://0.0.0.0:80", "tcp://[::]:80", "vsock://any:80"})
    void aSocketOfSystemdsIsRefusedWhereTheSettingsWouldBe(String address) {
        InheritedSocket socket =
                new InheritedSocket(99_999, "culvertd.socket", AgentAddress.parse(address));
        Account account = new Account(new AccountLimits("memory.max_held_bytes", 1 << 20, 75));
        try (EventLoops loops = EventLoops.start(1, "refusing");
                Workers workers = new Workers("refusing", 1, 1);
                Metrics metrics = new Metrics()) {
            HttpPipeline pipeline =
                    new HttpPipeline(
                            HttpServer.of(HttpSettings.DEFAULTS, metrics.http(), account.whole()),
                            new Router(List.of(), metrics.http(), Callers.anybody()),
                            account::whole);
            Listeners listeners = new Listeners(loops, List.of(socket), workers, metrics.tls());

            assertThatIOException()
                    .isThrownBy(() ->
                            listeners.open(HttpSettings.DEFAULTS, Callers.anybody(), pipeline))
                    .withMessageStartingWith(
                            "the socket culvertd.socket of systemd, "
                                    + address
                                    + " cannot be used: ");
        }
    }

    private static VirtualMachine attach(String port) throws Exception {
        AttachingConnector sockets =
                Bootstrap.virtualMachineManager().attachingConnectors().stream()
                        .filter(it -> it.transport().name().equals("dt_socket"))
                        .findFirst()
                        .orElseThrow();
        Map<String, Connector.Argument> arguments = sockets.defaultArguments();
        requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        requireNonNull(arguments.get("port")).setValue(port.replaceFirst(".*:", ""));
        return sockets.attach(arguments);
    }

    private static List<ThreadReference> eventLoops(VirtualMachine machine) {
        List<ThreadReference> loops =
                machine.allThreads().stream()
                        .filter(thread -> thread.name().startsWith("culvertd-"))
                        .toList();
        assertThat(loops).hasSize(2);
        return loops;
    }
}
