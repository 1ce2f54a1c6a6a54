package dev.culvert.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.testing.NotifySocket;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class SystemdTest {
    private static final String OUR_PID = Long.toString(ProcessHandle.current().pid());

    @TempDir private Path directory;
    private final EventLoops loops = EventLoops.start(2, "systemd-test");

    @AfterEach
    void stopLoops() {
        loops.close();
    }

    @Test
    void tellsThatItIsReadyAndHowItIs() throws Exception {
        try (NotifySocket socket = socket()) {
            notifier(socket, Map.of()).ready(() -> "all is well");

            assertThat(socket.next()).containsExactly("READY=1", "STATUS=all is well");
        }
    }

    @Test
    void reachesAnAbstractName() throws Exception {
        try (NotifySocket socket = new NotifySocket("@culvert-" + UUID.randomUUID())) {
            assertThat(Path.of("/proc/net/unix")).content().contains(socket.name() + "\n");
            notifier(socket, Map.of()).ready(() -> "");

            assertThat(socket.next()).contains("READY=1");
        }
    }

    @Test
    void tellsWhenAReloadBeganByTheMonotonicClock() throws Exception {
        try (NotifySocket socket = socket()) {
            Notifier notifier = notifier(socket, Map.of());
            long before = micros();

            notifier.reloading();
            notifier.reloaded();

            List<String> reloading = socket.next();
            assertThat(reloading.getFirst()).isEqualTo("RELOADING=1");
            assertThat(reloading.getLast()).startsWith("MONOTONIC_USEC=");
            assertThat(Long.parseLong(reloading.getLast().substring("MONOTONIC_USEC=".length())))
                    .isBetween(before, micros());
            assertThat(socket.next()).containsExactly("READY=1");
        }
    }

    @Test
    void asksForTheTimeThatStoppingMayTake() throws Exception {
        try (NotifySocket socket = socket()) {
            notifier(socket, Map.of()).stopping(Duration.ofSeconds(90));

            assertThat(socket.next()).containsExactly("STOPPING=1", "EXTEND_TIMEOUT_USEC=90000000");
        }
    }

    @Test
    void tellsItsStatusAgainEveryFewSecondsAndOnlyWhenItIsAnother() {
        EmbeddedChannel systemd = new EmbeddedChannel();
        AtomicReference<String> status = new AtomicReference<>("one turn");
        new SystemdNotifier(loops.group(), systemd, null).ready(status::get);
        systemd.runPendingTasks();
        assertThat(told(systemd)).isEqualTo("READY=1\nSTATUS=one turn");

        systemd.advanceTimeBy(10, TimeUnit.SECONDS);
        systemd.runScheduledPendingTasks();
        assertThat(told(systemd)).isNull();

        status.set("two turns");
        systemd.advanceTimeBy(5, TimeUnit.SECONDS);
        systemd.runScheduledPendingTasks();
        assertThat(told(systemd)).isEqualTo("STATUS=two turns");
        assertThat(told(systemd)).isNull();
    }

    @Test
    void keepsNoOldStatusForASystemdThatDoesNotRead() {
        AtomicBoolean reads = new AtomicBoolean();
        EmbeddedChannel systemd =
                new EmbeddedChannel(
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void flush(ChannelHandlerContext context) {
                                if (reads.get()) {
                                    context.flush();
                                }
                            }
                        });
        AtomicInteger turns = new AtomicInteger();
        new SystemdNotifier(loops.group(), systemd, null).ready(() -> turns.get() + " turns");
        systemd.runPendingTasks();
        while (turns.incrementAndGet() < 100) {
            systemd.advanceTimeBy(5, TimeUnit.SECONDS);
            systemd.runScheduledPendingTasks();
        }

        reads.set(true);
        systemd.flushOutbound();
        systemd.advanceTimeBy(5, TimeUnit.SECONDS);
        systemd.runScheduledPendingTasks();

        assertThat(told(systemd)).isEqualTo("READY=1\nSTATUS=0 turns");
        assertThat(told(systemd)).isEqualTo("STATUS=100 turns");
        assertThat(told(systemd)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aLoopThatHangsStopsThePingUntilItIsFreed(int stuck) throws Exception {
        Duration patience = Duration.ofMillis(100);
        try (NotifySocket socket = socket();
                EventLoops three = EventLoops.start(3, "watched");
                StuckLoop loop = new StuckLoop(three, stuck)) {
            Map<String, String> watched =
                    Map.of(
                            "NOTIFY_SOCKET",
                            socket.name(),
                            "WATCHDOG_USEC",
                            "100000",
                            "WATCHDOG_PID",
                            OUR_PID);
            Systemd.of(watched).notifier(three).ready(() -> "");
            for (int i = 0; i < 3; i++) {
                socket.nextWith("WATCHDOG=1");
            }

            loop.hang();
            socket.within(patience); // one may have been on its way
            assertThat(socket.within(patience.multipliedBy(4))).isEmpty();

            loop.free();
            assertThat(socket.next()).containsExactly("WATCHDOG=1");
            assertThat(socket.next()).containsExactly("WATCHDOG=1");
        }
    }

    @Test
    void aWatchdogOfAnotherProcessIsNotFed() throws Exception {
        try (NotifySocket socket = socket()) {
            notifier(socket, Map.of("WATCHDOG_USEC", "10000", "WATCHDOG_PID", "1")).ready(() -> "");

            assertThat(socket.next()).contains("READY=1");
            assertThat(socket.within(Duration.ofMillis(100))).isEmpty();
        }
    }

    @Test
    void isSilentWhereNobodyAsks() throws Exception {
        assertThat(Systemd.ABSENT.notifier(loops)).isSameAs(Systemd.SILENT);
        assertThat(Systemd.ABSENT.sockets()).isEmpty();
    }

    @Test
    void isSilentWhereNobodyHears() throws Exception {
        Map<String, String> leaked = Map.of("NOTIFY_SOCKET", directory.resolve("gone").toString());

        assertThat(Systemd.of(leaked).notifier(loops)).isSameAs(Systemd.SILENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "0", "-1"})
    void refusesNumbersThatAreNone(String number) {
        try (NotifySocket socket = socket()) {
            assertThatIOException()
                    .isThrownBy(() -> notifier(socket, Map.of("WATCHDOG_USEC", number)))
                    .withMessage(
                            "WATCHDOG_USEC is \"" + number + "\": it must be a number above 0");
        }
        assertThatIOException()
                .isThrownBy(() -> sockets(number, OUR_PID))
                .withMessage("LISTEN_FDS is \"" + number + "\": it must be a number above 0");
    }

    @Test
    void leavesSocketsOfAnotherProcessAlone() throws Exception {
        assertThat(sockets("1", "1")).isEmpty();
        assertThat(sockets("1", null)).isEmpty();
    }

    @Test
    void saysWhichSocketIsMissing() {
        Map<String, String> many =
                Map.of("LISTEN_FDS", "10000", "LISTEN_PID", OUR_PID, "LISTEN_FDNAMES", ":http");

        assertThatIOException()
                .isThrownBy(() -> Systemd.of(many).sockets())
                .withMessageMatching("socket \\d+ \\((unnamed|http)\\) .*");
    }

    private NotifySocket socket() {
        return new NotifySocket(directory.resolve("notify").toString());
    }

    private Notifier notifier(NotifySocket socket, Map<String, String> more) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("NOTIFY_SOCKET", socket.name());
        return Systemd.of(environment).notifier(loops);
    }

    private static List<?> sockets(String count, @Nullable String pid) throws IOException {
        return Systemd.of(
                        pid == null
                                ? Map.of("LISTEN_FDS", count)
                                : Map.of("LISTEN_FDS", count, "LISTEN_PID", pid))
                .sockets();
    }

    private static long micros() {
        return System.nanoTime() / 1_000;
    }

    private static @Nullable String told(EmbeddedChannel systemd) {
        ByteBuf message = systemd.readOutbound();
        if (message == null) {
            return null;
        }
        String text = message.toString(StandardCharsets.UTF_8);
        message.release();
        return text;
    }
}
