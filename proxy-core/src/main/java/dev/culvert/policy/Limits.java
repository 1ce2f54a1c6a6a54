package dev.culvert.policy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What bounds an action that may be done.
 *
 * @param timeout how long a command may run
 * @param maxOutputBytes how much of a command's output is kept
 * @param environment the variables that a command gets of those that there are: names and globs
 * @param network whether a command gets the network
 * @param maxFileBytes of a file that is read or written
 */
public record Limits(
        Duration timeout,
        int maxOutputBytes,
        List<String> environment,
        boolean network,
        long maxFileBytes) {
    static final int MAX_OUTPUT_BYTES = 64 << 20;
    static final Duration MAX_TIMEOUT = Duration.ofHours(24);

    /** Of a rule that sets none. */
    public static final Limits DEFAULT =
            new Limits(
                    Duration.ofMinutes(2),
                    1 << 20,
                    List.of(
                            "PATH", "HOME", "LANG", "LC_*", "TERM", "TZ", "TMPDIR", "USER",
                            "LOGNAME"),
                    false,
                    16L << 20);

    public Limits {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout.toMillis() + "ms: it must be from 1ms to 24h");
        }
        if (maxOutputBytes < 1 || maxOutputBytes > MAX_OUTPUT_BYTES) {
            throw new IllegalArgumentException(
                    "max_output_bytes is " + maxOutputBytes + ": it must be from 1 to 64MiB");
        }
        environment = List.copyOf(environment);
    }

    /** Whether a command gets the variable. */
    public boolean passes(String variable) {
        return environment.stream().anyMatch(glob -> Glob.matches(glob, variable));
    }

    /**
     * The stricter of both in everything. Of two lists of variables, what is in the first and
     * passes the second; a glob counts as a name.
     */
    Limits and(Limits other) {
        return new Limits(
                timeout.compareTo(other.timeout) < 0 ? timeout : other.timeout,
                Math.min(maxOutputBytes, other.maxOutputBytes),
                common(environment, other),
                network && other.network,
                Math.min(maxFileBytes, other.maxFileBytes));
    }

    Limits upTo(long bytes) {
        return new Limits(
                timeout, maxOutputBytes, environment, network, Math.min(maxFileBytes, bytes));
    }

    private List<String> common(List<String> mine, Limits other) {
        return Stream.concat(
                        mine.stream().filter(other::passes),
                        other.environment.stream().filter(this::passes))
                .distinct()
                .toList();
    }
}
