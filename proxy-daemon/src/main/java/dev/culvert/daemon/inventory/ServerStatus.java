package dev.culvert.daemon.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a server is.
 *
 * @param version of Proxmox VE; empty if it never answered
 * @param error why it is not OK; empty if it is
 * @param notes what could not be read although it is OK, mostly for want of a privilege
 * @param polled when it answered last; null if never
 * @param took how long it took
 * @param quorate whether the cluster has its majority; null if unknown
 */
public record ServerStatus(
        String name,
        String url,
        State state,
        String version,
        String error,
        String notes,
        @Nullable Instant polled,
        Duration took,
        @Nullable Boolean quorate) {
    /** Whether it answers. */
    public enum State {
        OK,

        /** Nobody answers. */
        AWAY,

        /** It answers, and refuses; or its certificate is refused here. */
        REFUSED,

        /** It was not asked yet. */
        UNKNOWN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static ServerStatus unknown(String name, String url) {
        return new ServerStatus(name, url, State.UNKNOWN, "", "", "", null, Duration.ZERO, null);
    }

    ServerStatus fails(State how, String why) {
        return new ServerStatus(name, url, how, version, why, notes, polled, took, quorate);
    }

    ServerStatus at(String newUrl) {
        return new ServerStatus(name, newUrl, state, version, error, notes, polled, took, quorate);
    }
}
