package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.testing.CapturedLog;
import dev.culvert.testing.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private final Workers workers = new Workers("test", 2, 3);
    private final CountDownLatch disk = new CountDownLatch(1);
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        disk.countDown();
        workers.close();
    }

    @Test
    void whatHangsForOneKeyHoldsOneThreadHoweverOftenItIsAskedFor() {
        workers.execute("a", this::hang);
        workers.execute("a", this::hang);
        workers.execute("a", this::hang);
        workers.execute("b", () -> done.add("b"));

        Eventually.await(() -> assertThat(done).containsExactly("b"));
        Eventually.await(() -> assertThat(workers.busy()).isOne());
        assertThat(workers.waiting()).isEqualTo(2);
    }

    @Test
    void jobsOfOneKeyRunInOrderAndAllOfThemRun() {
        workers.execute("a", this::hang);
        workers.execute("a", () -> done.add("a2"));
        workers.execute("b", this::hang);
        workers.execute("a", () -> done.add("a3"));
        workers.execute("c", () -> done.add("c"));
        assertThat(done).isEmpty();

        disk.countDown();

        Eventually.await(() -> assertThat(done).contains("a2", "a3", "c").hasSize(3));
        assertThat(done.indexOf("a2")).isLessThan(done.indexOf("a3"));
        Eventually.await(() -> assertThat(workers.busy()).isZero());
        assertThat(workers.waiting()).isZero();
    }

    @Test
    void whatWouldWaitIsRefusedOnceTooMuchDoesButForWhatFinishesOtherWork() {
        workers.execute("a", this::hang);
        workers.execute("b", this::hang);
        for (String key : List.of("c", "d", "a")) {
            workers.execute(key, () -> done.add(key));
        }

        assertThatThrownBy(() -> workers.execute("e", () -> done.add("e")))
                .isInstanceOf(RejectedExecutionException.class);
        workers.finish("f", () -> done.add("f"));

        assertThat(workers.refused()).isOne();
        disk.countDown();
        Eventually.await(() -> assertThat(done).containsExactlyInAnyOrder("a", "c", "d", "f"));
    }

    @Test
    void whatThrowsCostsNoThread() {
        for (int i = 0; i < 10; i++) {
            workers.execute(
                    "a" + i % 2,
                    () -> {
                        done.add("tried");
                        throw new IllegalStateException("on purpose");
                    });
            Eventually.await(() -> assertThat(workers.waiting()).isZero());
        }

        workers.execute("b", () -> done.add("b"));

        Eventually.await(() -> assertThat(done).hasSize(11).contains("b"));
        Eventually.await(() -> assertThat(workers.busy()).isZero());
    }

    @Test
    void whatFailsBecauseTheProgramStopsIsNoError() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            workers.execute(
                    "a",
                    () -> {
                        begun.countDown();
                        hang();
                        over.countDown();
                        throw new RejectedExecutionException("event executor terminated");
                    });
            begun.await();

            workers.close();

            over.await();
            Eventually.await(() -> assertThat(workers.busy()).isZero());
            assertThat(log.text()).doesNotContain("ERROR");
        }
    }

    private void hang() {
        try {
            disk.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
