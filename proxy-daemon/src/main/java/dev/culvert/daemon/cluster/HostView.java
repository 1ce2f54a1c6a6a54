package dev.culvert.daemon.cluster;

import java.time.Duration;

/**
 * A host, as it is shown.
 *
 * @param isSelf whether it is this one
 * @param age how long ago it said so
 */
public record HostView(ClusterHost host, State state, boolean isSelf, Duration age) {
    /** How a host is. */
    public enum State {
        ONLINE("online"),
        DRAINING("draining"),

        /** It was there when the registry was reached last. */
        UNKNOWN("unknown");

        private final String label;

        State(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }
}
