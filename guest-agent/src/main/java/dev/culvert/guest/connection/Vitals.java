package dev.culvert.guest.connection;

import java.util.List;

/**
 * What the guest says of itself in every heartbeat (compatibility.md, "Announcing").
 *
 * @param instance random for each process
 * @param startNanos when the process began, by {@link System#nanoTime}
 */
public record Vitals(String agentVersion, String instance, List<String> features, long startNanos) {
    public static final String PROTOCOL = "1.1";

    public Vitals {
        features = List.copyOf(features);
    }
}
