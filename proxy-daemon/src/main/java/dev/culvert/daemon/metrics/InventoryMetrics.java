package dev.culvert.daemon.metrics;

import dev.culvert.daemon.inventory.InventoryObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Polls of servers of Proxmox. */
public final class InventoryMetrics implements InventoryObserver {
    private final Timer answered;
    private final Timer failed;
    private final Counter failedTasks;

    InventoryMetrics(MeterRegistry registry) {
        answered = timer(registry, "ok");
        failed = timer(registry, "failed");
        failedTasks =
                Counter.builder("culvert.inventory.tasks.failed")
                        .description(
                                "Tasks of Proxmox, whoever began them, that were seen to fail.")
                        .register(registry);
    }

    private static Timer timer(MeterRegistry registry, String outcome) {
        return Buckets.timer(
                        "culvert.inventory.poll.duration",
                        "Time to ask a server of Proxmox for everything, by how that went.")
                .tag("outcome", outcome)
                .register(registry);
    }

    @Override
    public void onPoll(boolean hasAnswered, Duration took) {
        (hasAnswered ? answered : failed).record(took);
    }

    @Override
    public void onFailedTask() {
        failedTasks.increment();
    }
}
