package dev.culvert.daemon.continuations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.HeldKind;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChargeTest {
    private static final long BYTES = 64 << 10;

    private final Account account = new Account(new AccountLimits("k", 100 << 20, 75));
    private final DefaultEventLoop loop = new DefaultEventLoop();

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /* The store says on a thread of its own that it has the request, while the first chunk is read. */
    @Test
    void whatAnotherThreadSaidEarlierDoesNotUndoWhatTheLoopSays() throws Exception {
        Charge charge = new Charge();
        charge.open(account.whole(), loop, _ -> {});
        CountDownLatch said = new CountDownLatch(1);
        Future<?> reading =
                loop.submit(() -> {
                    said.await();
                    charge.set(BYTES);
                    return null;
                });

        charge.set(0);
        said.countDown();
        reading.sync();
        loop.submit(() -> {}).sync();

        assertThat(account.heldBytes(HeldKind.CONTINUATIONS)).isEqualTo(BYTES);
    }
}
