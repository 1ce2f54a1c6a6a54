package dev.culvert.systemd;

import dev.culvert.transport.EventLoops;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An event loop that can be made to hang. */
final class StuckLoop implements AutoCloseable {
    private final EventExecutor loop;
    private final CountDownLatch freed = new CountDownLatch(1);

    StuckLoop(EventLoops loops, int index) {
        List<EventExecutor> all = new ArrayList<>();
        loops.group().forEach(all::add);
        loop = all.get(index);
    }

    /** Returns once it hangs. */
    void hang() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        loop.execute(() -> {
            hangs.countDown();
            awaitFreed();
        });
        hangs.await();
    }

    private void awaitFreed() {
        try {
            freed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void free() {
        freed.countDown();
    }

    @Override
    public void close() {
        free();
    }
}
