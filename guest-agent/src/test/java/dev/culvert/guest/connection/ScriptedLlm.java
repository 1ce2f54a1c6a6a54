package dev.culvert.guest.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.ProbeAnswer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Stands in for the LLM: the test speaks for it through the listener of each generation. */
final class ScriptedLlm implements LlmRuntime {
    private final List<Asked> asked = new ArrayList<>();
    private final List<Probed> probes = new ArrayList<>();

    /** A question whether the runtime answers. */
    record Probed(Duration within, Consumer<ProbeAnswer> told) {}

    /** One generation, as the guest asked for it. */
    static final class Asked implements Generation {
        private final String body;
        private final Map<String, String> headers;
        private final RuntimeKind kind;
        private final GenerationListener listener;
        private boolean paused;
        private boolean aborted;

        private Asked(GenerationRequest request, GenerationListener listener) {
            body = request.body().toString(UTF_8);
            headers = request.headers();
            kind = request.kind();
            this.listener = listener;
            request.body().release();
        }

        @Override
        public void pause() {
            paused = true;
        }

        @Override
        public void resume() {
            paused = false;
        }

        @Override
        public void abort() {
            aborted = true;
        }

        String body() {
            return body;
        }

        Map<String, String> headers() {
            return headers;
        }

        RuntimeKind kind() {
            return kind;
        }

        GenerationListener says() {
            return listener;
        }

        boolean isPaused() {
            return paused;
        }

        boolean isAborted() {
            return aborted;
        }
    }

    @Override
    public Generation start(
            EventLoop loop, GenerationRequest request, GenerationListener listener) {
        Asked generation = new Asked(request, listener);
        asked.add(generation);
        return generation;
    }

    @Override
    public void probe(EventLoop loop, Duration within, Consumer<ProbeAnswer> told) {
        probes.add(new Probed(within, told));
    }

    /** The next question whether the runtime answers. */
    Probed probed() {
        return probes.removeFirst();
    }

    @Override
    public void close() {}

    Asked last() {
        return asked.getLast();
    }

    int count() {
        return asked.size();
    }
}
