package dev.culvert.daemon.cluster;

import dev.culvert.daemon.config.ClusterSettings;
import java.time.Instant;

/**
 * What a host says of itself.
 *
 * @param name unique in the cluster
 * @param url where other hosts reach it
 * @param version of its daemon
 * @param epoch another one for each start of the daemon
 * @param draining whether it takes no new work
 */
public record ClusterHost(
        String name,
        String url,
        String version,
        String epoch,
        boolean draining,
        Instant started,
        int agents,
        int turns) {
    static final int MOST_CHARACTERS = 256;

    public ClusterHost {
        if (!ClusterSettings.isName(name)) {
            throw new IllegalArgumentException("name");
        }
        if (url.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("url");
        }
        if (version.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("version");
        }
        if (epoch.isEmpty() || epoch.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("epoch");
        }
        if (agents < 0 || turns < 0) {
            throw new IllegalArgumentException(agents < 0 ? "agents" : "turns");
        }
    }
}
