package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * How long to wait for the runtime.
 *
 * @param connect for it to accept a connection
 * @param idle for the next piece of its answer
 * @param keepAlive before an unused connection is closed
 */
/*
 * Connecting to two addresses and then waiting for idle takes less than the 60 s after which the host gives up
 * (timeouts.message), so that the host hears which of the two was too slow. Common servers (uvicorn, Node,
 * cpp-httplib) close an unused connection after 5 s, and a request that meets such a close is lost: so keepAlive is
 * shorter.
 */
public record RuntimeTimeouts(Duration connect, Duration idle, Duration keepAlive) {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    public static final RuntimeTimeouts DEFAULTS =
            new RuntimeTimeouts(
                    Duration.ofSeconds(5), Duration.ofSeconds(45), Duration.ofSeconds(4));

    public RuntimeTimeouts {
        check("runtime_connect_timeout", connect);
        check("runtime_timeout", idle);
        check("runtime_keep_alive", keepAlive);
    }

    private static void check(String key, Duration value) {
        Check.positive(key, value);
        Check.that(
                value.compareTo(SHORTEST) >= 0 && value.compareTo(LONGEST) <= 0,
                key,
                value.toMillis() + "ms",
                "it must be from 1ms to 1d");
    }

    static RuntimeTimeouts read(Section in) {
        return new RuntimeTimeouts(
                in.get("runtime_connect_timeout", Kind.DURATION, DEFAULTS.connect),
                in.get("runtime_timeout", Kind.DURATION, DEFAULTS.idle),
                in.get("runtime_keep_alive", Kind.DURATION, DEFAULTS.keepAlive));
    }
}
