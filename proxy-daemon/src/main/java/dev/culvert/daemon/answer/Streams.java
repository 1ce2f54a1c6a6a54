package dev.culvert.daemon.answer;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.turn.TurnRequest;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the streams of turns, each with the settings that are in force when it begins. */
record Streams(Supplier<DaemonSettings> settings, StreamObserver observer) {
    /**
     * The stream of a reader.
     *
     * @param wanted null if there is no such turn
     * @param point null for a new turn
     */
    StreamedAnswer of(
            Answer answer,
            @Nullable TurnRequest wanted,
            @Nullable ResumePoint point,
            EventFormat format) {
        DaemonSettings now = settings.get();
        boolean mayComeBack = format.isResumable() || (wanted != null && wanted.repeatable());
        Duration grace = mayComeBack ? now.turns().resumeGrace() : Duration.ZERO;
        return new StreamedAnswer(answer, format, point, of(now, grace), observer);
    }

    /** The stream of a client that reads along. */
    WatchedAnswer watching(Answer answer, ResumePoint point, WatchFormat format) {
        StreamSettings its = of(settings.get(), Duration.ZERO);
        return new WatchedAnswer(answer, format, point.after(), its, observer);
    }

    private static StreamSettings of(DaemonSettings now, Duration grace) {
        return new StreamSettings(now.turns(), now.sse().keepalive(), grace);
    }
}
