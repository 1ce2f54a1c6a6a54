package dev.culvert.daemon.sshtunnels;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a tunnel is.
 *
 * @param since when it came into this phase
 * @param process the ssh that runs; null if none does
 * @param control how its control socket answered; null before it was asked
 * @param probe how the last probe went; null before the first
 * @param heard when its server was last known to answer; null before the first time
 * @param trouble why it is not up, or why it was not before; null if there was nothing
 * @param next when it is tried again; null if it is not waiting for that
 */
public record TunnelStatus(
        Phase phase,
        Instant since,
        @Nullable SshProcess process,
        @Nullable Look control,
        @Nullable Look probe,
        @Nullable Instant heard,
        @Nullable Trouble trouble,
        @Nullable Instant next) {

    /** What it does. */
    public enum Phase {
        /** It is not wanted. */
        DOWN,

        /** ssh connects and logs in. */
        CONNECTING,

        /** ssh is connected, and it is found out whether bytes get through. */
        PROBING,

        /** Bytes get through. */
        UP,

        /** It waits before the next attempt. */
        WAITING;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A process of ssh. */
    public record SshProcess(long pid, Instant since) {}

    /**
     * What a look has shown.
     *
     * @param millis how long it took
     * @param says what was seen
     */
    public record Look(Instant at, boolean isGood, long millis, String says) {}

    static TunnelStatus down(Instant since, @Nullable Trouble before) {
        return new TunnelStatus(Phase.DOWN, since, null, null, null, null, before, null);
    }

    TunnelStatus in(Phase other, Instant now) {
        return new TunnelStatus(other, now, process, control, probe, heard, trouble, null);
    }

    TunnelStatus with(@Nullable SshProcess started) {
        return new TunnelStatus(phase, since, started, control, probe, heard, trouble, next);
    }

    TunnelStatus withControl(@Nullable Look look) {
        return new TunnelStatus(phase, since, process, look, probe, heard, trouble, next);
    }

    TunnelStatus withProbe(@Nullable Look look) {
        return new TunnelStatus(phase, since, process, control, look, heard, trouble, next);
    }

    TunnelStatus heardAt(@Nullable Instant answer) {
        return answer == null
                ? this
                : new TunnelStatus(phase, since, process, control, probe, answer, trouble, next);
    }

    TunnelStatus because(@Nullable Trouble why) {
        return new TunnelStatus(phase, since, process, control, probe, heard, why, next);
    }

    TunnelStatus until(Instant attempt) {
        return new TunnelStatus(phase, since, process, control, probe, heard, trouble, attempt);
    }
}
