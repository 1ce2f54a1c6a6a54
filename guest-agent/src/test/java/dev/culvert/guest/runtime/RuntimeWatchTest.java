package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether the runtime is there, as heartbeats tell it. */
class RuntimeWatchTest {
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final List<String> told = new ArrayList<>();
    private final Reachable runtime = new Reachable();

    /** Answers as the test says. */
    private static final class Reachable implements LlmRuntime {
        private @Nullable String trouble;
        private int looks;

        @Override
        public Generation start(
                EventLoop loop, GenerationRequest request, GenerationListener listener) {
            throw new UnsupportedOperationException("nobody asks it anything");
        }

        @Override
        public void probe(EventLoop loop, Duration within, Consumer<ProbeAnswer> answer) {
            throw new UnsupportedOperationException("nobody asks it anything");
        }

        @Override
        public void reach(EventLoop loop, Duration within, Consumer<@Nullable String> answer) {
            looks++;
            answer.accept(trouble);
        }

        @Override
        public void close() {}
    }

    private RuntimeWatch begin() {
        clock.freezeTime();
        RuntimeWatch[] watch = new RuntimeWatch[1];
        watch[0] =
                RuntimeWatch.begin(
                        clock.eventLoop(),
                        runtime,
                        Duration.ofSeconds(10),
                        () -> told.add(watch[0].trouble()));
        return watch[0];
    }

    private void pass(int seconds) {
        clock.advanceTimeBy(seconds, TimeUnit.SECONDS);
        clock.runPendingTasks();
    }

    @AfterEach
    void close() {
        clock.finishAndReleaseAll();
    }

    @Test
    void aRuntimeThatStartsWithTheAgentHasTimeForIt() {
        runtime.trouble = "nobody listens";
        RuntimeWatch watch = begin();

        pass(9);
        assertThat(runtime.looks).isZero();
        assertThat(watch.trouble()).isEmpty();
        pass(1);
        assertThat(told).containsExactly("nobody listens");
    }

    @Test
    void onlyWhetherItCanBeReachedIsToldAndTheNewestReasonIsKept() {
        RuntimeWatch watch = begin();
        pass(10);
        assertThat(told).isEmpty();

        runtime.trouble = "nobody listens";
        pass(10);
        runtime.trouble = "it accepted no connection";
        pass(10);
        assertThat(told).containsExactly("nobody listens");
        assertThat(watch.trouble()).isEqualTo("it accepted no connection");

        runtime.trouble = null;
        pass(10);
        assertThat(told).containsExactly("nobody listens", "");
        assertThat(watch.trouble()).isEmpty();
    }

    @Test
    void afterItsEndItLooksNoMore() {
        RuntimeWatch watch = begin();
        pass(10);

        watch.end();
        pass(60);

        assertThat(runtime.looks).isEqualTo(1);
    }
}
