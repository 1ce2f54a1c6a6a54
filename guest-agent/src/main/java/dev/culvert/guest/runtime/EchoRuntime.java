package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;

/** The built-in runtime: streams the user's words back. For demonstrations and smoke tests. */
public final class EchoRuntime implements LlmRuntime {

    private final Duration delay;

    /**
     * @param delay between two words; with zero, the loop only does its other work between them
     */
    public EchoRuntime(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException(
                    "the delay of the echo is " + delay + ", but it must not be negative");
        }
        this.delay = delay;
    }

    @Override
    public Generation start(
            EventLoop loop, GenerationRequest request, GenerationListener listener) {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("a generation is started on its own loop");
        }
        EchoGeneration generation =
                new EchoGeneration(loop, delay, UserWordsReader.read(request.body()), listener);
        request.body().release();
        loop.execute(generation::next);
        return generation;
    }

    @Override
    public void probe(EventLoop loop, Duration within, Consumer<ProbeAnswer> told) {
        told.accept(ProbeAnswer.THERE);
    }

    /** There is nothing to close. */
    @Override
    public void close() {}
}
