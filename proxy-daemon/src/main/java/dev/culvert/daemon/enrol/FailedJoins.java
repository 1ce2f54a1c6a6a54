package dev.culvert.daemon.enrol;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits how often guests at one address may show a wrong token: nobody can try many. Called on any
 * thread.
 */
final class FailedJoins {
    /** So many within {@link #WINDOW}; then no token of that address is looked at. */
    static final int MOST = 10;

    static final Duration WINDOW = Duration.ofMinutes(1);

    /** Those that have failed longest ago are forgotten first. */
    static final int MOST_ADDRESSES = 1_024;

    private record Failures(Instant since, int count) {}

    private final InstantSource clock;
    private final Map<String, Failures> byAddress =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
                    return size() > MOST_ADDRESSES;
                }
            };

    FailedJoins(InstantSource clock) {
        this.clock = clock;
    }

    /** In how many seconds guests of that address may try again; 0 if now. */
    synchronized long waitSeconds(SocketAddress address) {
        Failures failures = byAddress.get(key(address));
        if (failures == null || failures.count < MOST) {
            return 0;
        }
        Duration left = Duration.between(clock.instant(), failures.since.plus(WINDOW));
        return left.isNegative() || left.isZero() ? 0 : left.toSeconds() + 1;
    }

    synchronized void failed(SocketAddress address) {
        String key = key(address);
        Instant now = clock.instant();
        Failures before = byAddress.remove(key);
        boolean isNew = before == null || !now.isBefore(before.since.plus(WINDOW));
        byAddress.put(
                key,
                before == null || isNew
                        ? new Failures(now, 1)
                        : new Failures(before.since, before.count + 1));
    }

    /** Without the port, which is another one for each connection. */
    private static String key(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return inet.getAddress().getHostAddress();
        }
        String text = String.valueOf(address);
        int port = text.lastIndexOf(':');
        return port < 0 ? text : text.substring(0, port);
    }
}
