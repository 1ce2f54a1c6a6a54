package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ResponseSettings;
import dev.culvert.io.Workers;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No client waits for ever for a disk that hangs. */
@Timeout(30)
class HungStoreTest {
    private static final Caller ONE = new Caller("one", Caller.Kind.TOKEN, null, Set.of(), null);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Workers workers = new Workers("test", 1, 0);
    private final EventLoops loops = EventLoops.start(1, "test");
    private final EventLoop loop = loops.group().next();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        goOn.countDown();
        workers.close();
        loops.close();
    }

    private final class Hung implements ResponseStore {
        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public void load(Reader reader) {}

        @Override
        public void save(Map<String, byte[]> responses, Collection<String> gone) {
            try {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private KeptResponses kept(Duration patience) {
        return new KeptResponses(
                () -> ResponseSettings.DEFAULTS,
                new KeptResponses.Time(System::nanoTime, System::currentTimeMillis, patience),
                new KeptWrites(new Hung(), workers));
    }

    private static KeptResponse begun(KeptResponses all) {
        KeptResponse begun =
                all.begin(
                        ResponseObject.of(
                                "a.1",
                                ONE,
                                1,
                                new Echo("\"a\":1}".getBytes(UTF_8), Namespaces.NONE_AT_ALL)),
                        ONE,
                        new Conversation(null, Unpooled.EMPTY_BUFFER),
                        Outcome.QUEUED,
                        0);
        all.store(begun);
        return begun;
    }

    private void tell(@Nullable IOException failure) {
        told.add(failure instanceof StoreWait.TooLongException ? failure.getMessage() : "no");
    }

    @Test
    void oneThatBeganInTheBackgroundIsNotStoredInTime() throws InterruptedException {
        KeptResponses all = kept(Duration.ofMillis(100));
        KeptResponse response = begun(all);
        loop.execute(() -> all.whenStored(response, loop, this::tell));
        assertThat(told.take())
                .startsWith("the disk of state_dir has not answered for 0.1 s: look");

        goOn.countDown();
        all.flush(LONG);
        loop.submit(() -> {}).sync(); // what the disk's answer may have begun has run
        assertThat(told).isEmpty();
    }

    @Test
    void oneIsDeletedButNotFromTheDisk() throws InterruptedException {
        KeptResponses all = kept(Duration.ofMillis(100));
        KeptResponse response = begun(all);
        loop.execute(() -> all.delete(response, loop, this::tell));
        assertThat(told.take()).contains("has not answered");
        assertThat(all.find(response.id(), ONE)).isNull();

        goOn.countDown();
        all.flush(LONG);
        loop.submit(() -> {}).sync();
        assertThat(told).isEmpty();
    }

    @Test
    void aDiskThatAnswersInTimeIsWaitedFor() throws InterruptedException {
        KeptResponses all = kept(LONG);
        KeptResponse response = begun(all);
        loop.execute(() ->
                all.whenStored(
                        response, loop, failure -> told.add(failure == null ? "stored" : "not")));
        loop.submit(() -> {}).sync();
        assertThat(told).isEmpty();
        goOn.countDown();
        assertThat(told.take()).isEqualTo("stored");
    }
}
