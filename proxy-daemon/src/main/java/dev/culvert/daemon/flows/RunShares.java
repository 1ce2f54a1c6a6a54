package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.flows.FlowRefusal.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shares the runs that may go on, and those that are kept, out among tenants. Confined to the lock
 * of {@link Flows}.
 */
final class RunShares {
    /**
     * So long the same key finds the same run, whatever else is forgotten: twice as long as a
     * signature is valid, whose time may be ahead of the daemon's.
     */
    static final Duration HOLD = Duration.ofMinutes(10);

    /** How many times as many as {@code flows.keep} there may be for the sake of their keys. */
    private static final int MOST_HELD = 4;

    /** Those that were started with a key, or may have been. */
    private final Set<String> keyed = new HashSet<>();

    /** The run was started with a key. */
    void hold(String run) {
        keyed.add(run);
    }

    /**
     * Throws if the caller cannot start one more now.
     *
     * @param known oldest first
     */
    void check(Flows.Start start, Collection<RunRecord> known, FlowSettings settings)
            throws FlowRefusal {
        int most = settings.maxRuns();
        String tenant = start.caller().tenant();
        int running = 0;
        int ofTenant = 0;
        int over = 0;
        int overOfTenant = 0;
        for (RunRecord each : known) {
            boolean isMine = tenant != null && tenant.equals(each.caller().tenant());
            if (each.state() == RunState.RUNNING) {
                running++;
                ofTenant += isMine ? 1 : 0;
            } else if (each.state().isOver()) {
                over++;
                overOfTenant += isMine ? 1 : 0;
            }
        }
        if (running >= most) {
            throw new FlowRefusal(
                    Why.TOO_MANY,
                    "%d flows run already, as many as may (flows.max_runs): try again later, or cancel one with culvert flow cancel."
                            .formatted(most));
        }
        int share = Math.max(1, most / 2);
        if (ofTenant >= share) {
            throw new FlowRefusal(
                    Why.TOO_MANY,
                    "%d flows of the tenant '%s' run already, and one tenant may have half of flows.max_runs: try again later, or cancel one with culvert flow cancel."
                            .formatted(ofTenant, tenant));
        }
        boolean isHeld = start.key() != null && start.parent().isEmpty();
        int held = MOST_HELD * settings.keep();
        if (isHeld && (over >= held || overOfTenant >= held / 2)) {
            throw new FlowRefusal(
                    Why.TOO_MANY,
                    "So many flows with keys ended within the last %d minutes that no more can be remembered (flows.keep): try again later, or send it without an Idempotency-Key."
                            .formatted(HOLD.toMinutes()));
        }
    }

    /**
     * The runs to forget: the oldest of the tenant that has most. Those that a key, a trigger or
     * another run needs are kept besides.
     *
     * @param known oldest first
     */
    List<String> toForget(Collection<RunRecord> known, int keep, Instant now) {
        Map<String, Deque<String>> spare = new HashMap<>();
        Set<String> needed = needed(known, now);
        int left = 0;
        for (RunRecord each : known) {
            if (each.state().isOver() && !needed.contains(each.id())) {
                spare.computeIfAbsent(each.tenant(), _ -> new ArrayDeque<>()).add(each.id());
                left++;
            }
        }
        List<String> gone = new ArrayList<>();
        while (left > keep) {
            gone.add(
                    Collections.max(spare.values(), Comparator.comparingInt(Deque::size)).remove());
            left--;
        }
        gone.forEach(keyed::remove);
        return gone;
    }

    private Set<String> needed(Collection<RunRecord> known, Instant now) {
        Set<String> needed = new HashSet<>();
        Set<String> going = new HashSet<>();
        Map<String, String> lastOfTriggers = new HashMap<>();
        for (RunRecord each : known) {
            if (!each.state().isOver()) {
                going.add(each.id());
            }
            if (each.caller().kind() == Caller.Kind.TRIGGER) {
                lastOfTriggers.put(each.caller().name(), each.id());
            }
            if (keyed.contains(each.id()) && each.started().plus(HOLD).isAfter(now)) {
                needed.add(each.id());
            }
        }
        needed.addAll(lastOfTriggers.values());
        for (RunRecord each : known) {
            if (!each.parent().isEmpty() && going.contains(parent(each))) {
                needed.add(each.id()); // a run that is restored asks for it again
            }
        }
        return needed;
    }

    private static String parent(RunRecord child) {
        return child.parent().substring(0, child.parent().indexOf('.'));
    }
}
