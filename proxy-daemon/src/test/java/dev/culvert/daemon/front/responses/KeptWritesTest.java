package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.io.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KeptWritesTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Workers workers = new Workers("test", 2, 0);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final List<String> done = new CopyOnWriteArrayList<>();
    private boolean hangs;
    private volatile @Nullable IOException fails;
    private volatile String refused = "";
    private final AtomicInteger calls = new AtomicInteger();
    private final KeptWrites writes = new KeptWrites(new Slow(), workers);

    @AfterEach
    void close() {
        goOn.countDown();
        workers.close();
    }

    private final class Slow implements ResponseStore {
        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public void load(Reader reader) {}

        @Override
        public void save(Map<String, byte[]> responses, Collection<String> gone)
                throws IOException {
            begun.countDown();
            if (hangs) {
                await(goOn);
            }
            IOException failure = fails;
            if (failure != null || responses.containsKey(refused)) {
                throw failure == null ? new IOException("no " + refused) : failure;
            }
            calls.incrementAndGet();
            gone.forEach(id -> done.add("-" + id));
            new TreeMap<>(responses)
                    .forEach((id, bytes) -> done.add(id + "=" + new String(bytes, UTF_8)));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void save(String id, String text) {
        writes.save(id, () -> text.getBytes(UTF_8));
    }

    @Test
    void onlyTheLatestChangeWaitsForADiskThatHangsAndOneThreadDoes() {
        hangs = true;
        save("a", "1");
        await(begun);
        for (int i = 2; i < 100; i++) {
            save("a", String.valueOf(i));
            save("b", String.valueOf(i));
        }
        save("c", "never there");
        writes.forget("c");
        assertThat(workers.busy()).isOne();
        writes.flush(Duration.ofMillis(1));
        assertThat(done).isEmpty();

        goOn.countDown();
        writes.flush(LONG);
        assertThat(done).containsExactly("a=1", "a=99", "b=99");
    }

    @Test
    void tellsWhenAChangeIsStored() throws InterruptedException {
        hangs = true;
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        writes.whenWritten("a", failure -> told.add("nothing waits " + failure));
        assertThat(told.take()).isEqualTo("nothing waits null");

        save("a", "1");
        await(begun);
        writes.whenWritten("a", failure -> told.add("1 " + failure));
        save("a", "2");
        writes.whenWritten("a", failure -> told.add("2 " + failure));
        assertThat(told).isEmpty();
        goOn.countDown();
        assertThat(told.take()).isEqualTo("1 null");
        assertThat(told.take()).isEqualTo("2 null");
        assertThat(done).containsExactly("a=1", "a=2");
    }

    @Test
    void tellsWhyAChangeIsNotStoredAndTriesTheNext() throws InterruptedException {
        fails = new IOException("the disk is full");
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        save("a", "1");
        writes.flush(LONG);
        hangs = true;
        save("a", "2");
        writes.whenWritten("a", failure -> told.add(String.valueOf(failure)));
        goOn.countDown();
        assertThat(told.take()).contains("the disk is full");
        fails = null;
        save("a", "3");
        writes.flush(LONG);
        assertThat(done).containsExactly("a=3");
    }

    @Test
    void whatWaitsTogetherIsWrittenTogether() throws InterruptedException {
        hangs = true;
        save("a", "1");
        await(begun);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        for (String id : List.of("b", "c", "d")) {
            save(id, "1");
            writes.whenWritten(id, failure -> told.add(id + " " + failure));
        }
        goOn.countDown();
        writes.flush(LONG);
        assertThat(done).containsExactly("a=1", "b=1", "c=1", "d=1");
        assertThat(calls).hasValue(2);
        assertThat(told).contains("b null", "c null", "d null");
    }

    @Test
    void oneThatTheStoreRefusesTakesNothingFromTheOthers() throws InterruptedException {
        hangs = true;
        save("a", "1");
        await(begun);
        refused = "b";
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        for (String id : List.of("b", "c")) {
            save(id, "1");
            writes.whenWritten(id, failure -> told.add(id + " " + failure));
        }
        goOn.countDown();
        assertThat(List.of(told.take(), told.take()))
                .contains("c null")
                .anyMatch(it -> it.contains("no b"));
        writes.flush(LONG);
        assertThat(done).containsExactly("a=1", "c=1");
    }

    @Test
    void whatWasNotStoredIsTriedAgainAfterTheNextThatIs() {
        fails = new IOException("the disk is full");
        save("a", "1");
        save("b", "1");
        writes.isThere("old");
        writes.forget("old");
        writes.flush(LONG);
        assertThat(done).isEmpty();
        List<String> told = new CopyOnWriteArrayList<>();
        writes.whenWritten("a", failure -> told.add(String.valueOf(failure))); // late
        assertThat(told).hasSize(1).first().asString().contains("the disk is full");

        fails = null;
        save("b", "2");
        writes.flush(LONG);
        assertThat(done).containsExactlyInAnyOrder("b=2", "a=1", "-old");
    }

    @Test
    void removesWhatIsThere() {
        writes.isThere("old");
        writes.forget("old");
        writes.flush(LONG);
        save("a", "1");
        writes.flush(LONG);
        writes.forget("a");
        writes.forget("unknown");
        writes.flush(LONG);
        assertThat(done).containsExactly("-old", "a=1", "-a");
    }
}
