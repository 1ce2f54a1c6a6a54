package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.IpNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code checks}: whether servers can be reached from the daemon's machine.
 *
 * @param threads how many run at once
 * @param queue how many wait for these; one more is answered 503
 * @param timeout how long one may take that does not say it itself
 * @param networks that everybody with the scope may have checked, although they are not public
 * @param caFile certificates in PEM that are trusted besides those of the machine
 */
public record CheckSettings(
        int threads, int queue, Duration timeout, List<IpNetwork> networks, Optional<Path> caFile) {
    /** As long as a client's connection may be silent. */
    public static final Duration LONGEST = Duration.ofSeconds(50);

    public static final CheckSettings DEFAULTS =
            new CheckSettings(8, 64, Duration.ofSeconds(10), List.of(), Optional.empty());

    static final Kind<IpNetwork> NETWORK = Kind.text("a network", IpNetwork::parse);

    public CheckSettings {
        networks = List.copyOf(networks);
        Check.between("threads", threads, 1, 64);
        Check.between("queue", queue, 0, 10_000);
        Check.that(
                timeout.isPositive() && timeout.compareTo(LONGEST) <= 0,
                "timeout",
                timeout,
                "it takes a time of up to 50s");
    }

    static CheckSettings read(Section in) {
        return new CheckSettings(
                in.get("threads", Kind.INT, DEFAULTS.threads),
                in.get("queue", Kind.INT, DEFAULTS.queue),
                in.get("timeout", Kind.DURATION, DEFAULTS.timeout),
                in.list("networks", NETWORK, DEFAULTS.networks),
                in.find("ca_file", Kind.PATH));
    }
}
