package dev.culvert.daemon;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.front.responses.KeptResponses;
import dev.culvert.daemon.front.responses.ResponseStore;
import dev.culvert.daemon.front.responses.ResponsesFront;
import dev.culvert.daemon.front.responses.RestoredResponses;
import dev.culvert.daemon.http.Denials;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.function.Supplier;

/** The responses that clients can ask for again: brings them from one run to the next. */
final class Responses implements AutoCloseable {
    /** How long the disk may take for the last changes. */
    private static final Duration LAST_WRITES = Duration.ofSeconds(5);

    private final RestoredResponses restored;
    private final Metrics metrics;

    /** Reads those of earlier runs. Blocks. */
    Responses(
            ResponseStore store,
            Supplier<DaemonSettings> settings,
            Metrics metrics,
            Workers files,
            EventLoopGroup loops) {
        this.metrics = metrics;
        restored = RestoredResponses.load(store, settings, files, loops);
        new Meters(metrics, settings).of(kept());
    }

    KeptResponses kept() {
        return restored.responses();
    }

    /** Goes on with those that run without their clients. The agents are known. */
    void resume(Turns turns, Callers callers, Denials denials) {
        ResponsesFront.resume(restored, turns, callers, denials, metrics.http()::onTokens);
    }

    /** Waits for the last changes. Blocks. */
    @Override
    public void close() {
        kept().close(LAST_WRITES);
    }
}
