package dev.culvert.testing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test that leaked a buffer. Found by JUnit itself, through META-INF/services, in every
 * test class of every module.
 */
public final class LeakCheck implements AfterEachCallback, AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public void afterEach(ExtensionContext context) {
        check();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        check();
    }

    /** Event loops that still run may be about to release the last ones. */
    private static void check() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                LeakPresenceDetector.check();
                return;
            } catch (IllegalStateException leak) {
                if (System.nanoTime() > end) {
                    throw leak;
                }
                LockSupport.parkNanos(MILLISECONDS.toNanos(10));
            }
        }
    }
}
