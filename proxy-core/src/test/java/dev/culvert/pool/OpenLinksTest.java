package dev.culvert.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpenLinksTest {
    /** The last of one loop closes while the first of another opens. */
    @Test
    void linksThatOpenAndCloseOnTwoLoopsAtOnceAreCountedRight() throws Exception {
        AgentAddress address = AgentAddress.parse("tcp://127.0.0.1:1");
        OpenLinks open = new OpenLinks();
        AtomicInteger lost = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(2);
        List<Thread> loops = new ArrayList<>();
        for (int loop = 0; loop < 2; loop++) {
            loops.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                await(start);
                                for (int i = 0; i < 2_000_000; i++) {
                                    open.opened(address);
                                    if (open.to(address) == 0) {
                                        lost.incrementAndGet();
                                    }
                                    open.closed(address);
                                }
                            }));
        }
        for (Thread loop : loops) {
            loop.join();
        }

        assertThat(lost).hasValue(0);
        assertThat(open.to(address)).isZero();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
