package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.TestDaemon.AdminAnswer;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How much may be changed at Proxmox at once: the settings {@code guests}. */
@Timeout(60)
class GuestLimitsTest {
    private static final String GUEST = "/api/v1/inventory/guests/lab/";

    @TempDir Path folder;
    private final FakeProxmox pve =
            FakeProxmox.start(9).node("pve1").vm(101, "web-01").vm(102, "web-02");

    @AfterEach
    void stop() {
        pve.close();
    }

    private TestDaemon start(String limits) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"guests\": {%s}, %s}"
                                .formatted(limits, ProxmoxSetting.of("lab", pve, folder)));
        ProxmoxSetting.awaitPoll(daemon);
        return daemon;
    }

    @Test
    void whatWouldBeginOneTaskTooManyIsRefusedAndNotDone() throws Exception {
        try (TestDaemon daemon = start("\"max_tasks\": 1")) {
            pve.holdTasks();
            AdminAnswer first = post(daemon, "101/start", "{}");
            assertThat(first.statusCode()).as(first.body()).isEqualTo(202);

            AdminAnswer refused = post(daemon, "102/start", "{}");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.head()).containsIgnoringCase("retry-after: 5");
            assertThat(refused.body()).contains("guests.max_tasks", "nothing was done");
            assertThat(daemon.metric("culvert_proxmox_tasks_followed")).isEqualTo(1);
            assertThat(daemon.metric("culvert_proxmox_tasks_followed_max")).isEqualTo(1);
            assertThat(post(daemon, "102/start", "{\"dry_run\":true}").statusCode()).isEqualTo(200);
            assertThat(pve.runningTasks()).isEqualTo(1);
            pve.finishTasks();
            Eventually.await(() -> assertThat(followed(daemon)).isZero());
            assertThat(post(daemon, "102/start", "{}").statusCode()).isEqualTo(202);
        }
    }

    private static double followed(TestDaemon daemon) {
        try {
            return daemon.metric("culvert_proxmox_tasks_followed");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoWouldHaveToWaitForTooManyIsRefused() throws Exception {
        try (TestDaemon daemon = start("\"threads\": 1, \"queue\": 0")) {
            pve.slow(Duration.ofSeconds(2));
            CompletableFuture<Integer> first =
                    CompletableFuture.supplyAsync(() -> status(daemon, "101/start"));
            Eventually.await(() -> assertThat(busy(daemon)).isEqualTo(1));

            AdminAnswer refused = post(daemon, "102/start", "{}");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("guests.queue", "guests.threads");
            assertThat(daemon.metric("culvert_workers_refused_total{room=\"guests\"}"))
                    .isEqualTo(1);
            pve.slow(Duration.ZERO);
            assertThat(first.join()).isEqualTo(202);
        }
    }

    private static AdminAnswer post(TestDaemon daemon, String path, String body)
            throws IOException {
        return daemon.admin("POST", GUEST + path, body);
    }

    private static int status(TestDaemon daemon, String path) {
        try {
            return post(daemon, path, "{}").statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static double busy(TestDaemon daemon) {
        try {
            return daemon.metric("culvert_workers_busy{room=\"guests\"}");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
