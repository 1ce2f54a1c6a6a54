package dev.culvert.daemon.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LookUpsTest {
    private final LookUps lookUps = new LookUps();
    private final CountDownLatch end = new CountDownLatch(1);

    private boolean begin(String agent) {
        return lookUps.begin(
                agent,
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @Test
    void oneAgentLeavesLookUpsToOthers() {
        for (int i = 0; i < LookUps.MOST_OF_AN_AGENT; i++) {
            assertThat(begin("a")).isTrue();
        }
        assertThat(begin("a")).isFalse();
        assertThat(begin("b")).isTrue();

        end.countDown();
        Eventually.await(() -> assertThat(begin("a")).isTrue());
    }

    @Test
    void allTogetherAreFew() {
        for (int i = 0; i < LookUps.MOST; i++) {
            assertThat(begin("agent-" + i)).isTrue();
        }
        assertThat(begin("one-more")).isFalse();
        end.countDown();
    }
}
