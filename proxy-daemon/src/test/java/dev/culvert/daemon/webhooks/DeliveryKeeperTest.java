package dev.culvert.daemon.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.io.Workers;
import dev.culvert.testing.Eventually;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveryKeeperTest {
    /** Fails at first, and keeps what it is told after that. */
    private static final class Disk implements DeliveryStore {
        private final List<String> saved = new ArrayList<>();
        private final List<String> deleted = new ArrayList<>();
        private boolean works;
        private int attempts;

        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public List<Row> read() {
            return List.of();
        }

        @Override
        public synchronized void save(Collection<Row> changed, Collection<String> gone)
                throws IOException {
            attempts++;
            if (!works) {
                throw new IOException("no space");
            }
            changed.forEach(it -> saved.add(it.id()));
            deleted.addAll(gone);
        }

        synchronized void work() {
            works = true;
        }

        synchronized int attempts() {
            return attempts;
        }

        synchronized List<String> saved() {
            return List.copyOf(saved);
        }

        synchronized List<String> deleted() {
            return List.copyOf(deleted);
        }
    }

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Workers workers = new Workers("test", 1, 16);
    private final Disk disk = new Disk();
    private final DeliveryKeeper keeper = new DeliveryKeeper(disk, workers, channel.eventLoop());

    @AfterEach
    void close() {
        keeper.close();
        channel.close();
        workers.close();
    }

    private static Delivery delivery(String id) {
        return new Delivery(
                id, "pager", "agent.online", Instant.EPOCH, "{}", 0, Instant.EPOCH, null);
    }

    private void nextAttempt() {
        channel.advanceTimeBy(6, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void whatTheDiskNeverHadIsNotDeletedFromIt() {
        keeper.changed(delivery("m1"));
        Eventually.await(() -> {
            assertThat(disk.attempts()).isOne();
            assertThat(workers.busy()).isZero();
        });
        keeper.gone("m1");
        for (int i = 0; i < 100; i++) {
            keeper.changed(delivery("n" + i));
            keeper.gone("n" + i);
        }
        keeper.changed(delivery("m2"));
        keeper.known("old");
        keeper.gone("old");

        disk.work();
        nextAttempt();
        Eventually.await(() -> assertThat(disk.saved()).containsExactly("m2"));
        assertThat(disk.deleted()).containsExactly("old");

        keeper.gone("m2");
        Eventually.await(() -> assertThat(disk.deleted()).containsExactly("old", "m2"));
    }
}
