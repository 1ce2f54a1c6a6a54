package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is killed while Proxmox works for it, and the next one. */
@Timeout(120)
class GuestsKillTest {
    @TempDir Path folder;
    private final FakeProxmox pve = FakeProxmox.start(9).node("pve1").vm(101, "web-01");

    @AfterEach
    void stop() {
        pve.close();
    }

    private DaemonProcess daemon() throws Exception {
        Path file = folder.resolve("culvertd.jsonc");
        Files.writeString(
                file,
                "{\"state_dir\": \"%s\", %s}"
                        .formatted(folder.resolve("state"), ProxmoxSetting.of("lab", pve, folder)));
        DaemonProcess process =
                DaemonProcess.start(
                        Map.of(
                                "CULVERT_ADMIN_LISTEN",
                                "[\"unix://" + folder.resolve("admin.sock") + "\"]"),
                        DaemonProcess.command(
                                List.of(),
                                "serve",
                                "--config",
                                file.toString(),
                                "--http",
                                "tcp://127.0.0.1:0"));
        process.after("listening on ");
        Eventually.await(() -> assertThat(run("vm", "list", "-o", "name").out()).contains("101"));
        return process;
    }

    private User user() {
        return new User(folder).with("PATH", folder.toString());
    }

    private CommandRun run(String... words) {
        return user().run(words);
    }

    /** On a thread of its own: the end of a process needs the common pool, too. */
    private CompletableFuture<CommandRun> inTheBackground(String... words) {
        return CompletableFuture.supplyAsync(() -> run(words), Thread.ofVirtual()::start);
    }

    private static void kill(DaemonProcess process) throws Exception {
        process.signal("KILL");
        process.exitCode();
    }

    private long starts() {
        return pve.requests().stream()
                .filter(it -> it.method().equals("POST") && it.path().endsWith("/status/start"))
                .count();
    }

    /** Only a client that has been told of its task causes these. */
    private long looksAtTheLog() {
        return pve.requests().stream().filter(it -> it.path().endsWith("/log")).count();
    }

    /** A sample of the daemon's metrics. */
    private double metric(String sample) {
        try {
            return TestDaemon.ask(folder.resolve("admin.sock"), "GET", "/metrics", "")
                    .body()
                    .lines()
                    .filter(it -> it.startsWith(sample + " "))
                    .mapToDouble(it -> Double.parseDouble(it.substring(sample.length() + 1)))
                    .sum();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTaskGoesOnAndIsFollowedToItsEndAndNothingIsDoneTwice() throws Exception {
        pve.holdTasks();
        CompletableFuture<CommandRun> waiting;
        try (DaemonProcess first = daemon()) {
            waiting = inTheBackground("vm", "start", "web-01");
            Eventually.await(() -> assertThat(looksAtTheLog()).isPositive());
            kill(first);
        }
        try (DaemonProcess _ = daemon()) {
            Eventually.await(() ->
                    assertThat(run("inventory", "tasks", "--state", "running").out())
                            .contains("qmstart"));
            Eventually.await(
                    () -> assertThat(metric("culvert_proxmox_tasks_followed")).isEqualTo(1));
            pve.finishTasks();

            CommandRun start = waiting.join();

            assertThat(start.code()).as(start.err()).isZero();
            assertThat(start.err()).contains("start of vm lab/101 web-01 is done after ");
            Eventually.await(() ->
                    assertThat(metric("culvert_proxmox_tasks_ended_total{outcome=\"ok\"}"))
                            .isEqualTo(1));
            assertThat(starts()).isEqualTo(1);
            assertThat(pve.state(101)).isEqualTo("running");
        }
    }

    @Test
    void whoseAnswerWasLostIsToldSoAndNothingIsTriedAgain() throws Exception {
        CompletableFuture<CommandRun> waiting;
        try (DaemonProcess first = daemon()) {
            pve.holdTasks().silentTo("/status/start");
            waiting = inTheBackground("vm", "start", "web-01");
            Eventually.await(() -> assertThat(pve.runningTasks()).isEqualTo(1));
            kill(first);
        }
        CommandRun start = waiting.join();
        assertThat(start.code()).as(start.err()).isEqualTo(3);
        assertThat(start.err())
                .contains("nobody knows whether start of vm lab/101 web-01 has begun");
        pve.silentTo("").finishTasks();
        try (DaemonProcess _ = daemon()) {
            Eventually.await(() -> assertThat(state()).isEqualTo("running"));
            assertThat(starts()).isEqualTo(1);
        }
    }

    private String state() {
        try {
            return Value.parse(run("vm", "show", "web-01", "-o", "json").out()).text("state");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
