package dev.culvert.daemon.inventory;

import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Asks nodes for their time: how long each takes to answer, and how far its clock is from that of
 * the daemon. The server passes the question on to the node.
 */
final class NodeTimes {
    /** How many one poll asks at most. */
    static final int MOST = 8;

    private static final String ASKED = "asked";
    private static final String TOOK = "took_ms";
    private static final String AHEAD = "clock_ahead_seconds";
    private static final List<String> ALL = List.of(ASKED, TOOK, AHEAD);

    private final Proxmox proxmox;
    private final InstantSource clock;
    private String note = "";

    NodeTimes(Proxmox proxmox, InstantSource clock) {
        this.proxmox = proxmox;
        this.clock = clock;
    }

    /** What is known of a node from before. */
    static Fields of(Thing node) {
        return node.fields().only(ALL);
    }

    /** Why they are not known, if the token may not ask. */
    Optional<String> note() {
        return note.isEmpty() ? Optional.empty() : Optional.of(note);
    }

    /** Those that have answered, with their times: one that does not ends the round. */
    List<Thing> ask(List<Thing> nodes) throws ProxmoxException {
        List<Thing> due =
                nodes.stream()
                        .filter(it -> it.state().equals("online"))
                        .sorted(Comparator.comparingLong(it -> it.fields().number(ASKED, 0)))
                        .limit(MOST)
                        .toList();
        List<Thing> answered = new ArrayList<>();
        for (Thing node : due) {
            Instant asked = clock.instant();
            long begun = System.nanoTime();
            try {
                Fields answer =
                        proxmox.get("/nodes/" + Proxmox.segment(node.id()) + "/time").fields();
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                answered.add(with(node, asked, times(answer, asked, took)));
            } catch (ProxmoxException e) {
                switch (e.kind()) {
                    case FORBIDDEN -> note = "times of nodes: " + e.sentence() + ": " + e.advice();
                    case NOT_FOUND, AWAY, FAILED, NO_QUORUM ->
                            answered.add(with(node, asked, Fields.NONE));
                    default -> throw e;
                }
                return answered;
            }
        }
        return answered;
    }

    /* Proxmox tells whole seconds. */
    private static Fields times(Fields answer, Instant asked, Duration took) {
        Fields times = Fields.NONE.with(TOOK, Long.toString(took.toMillis()));
        if (!answer.has("time")) {
            return times;
        }
        long there = answer.number("time", 0) * 1_000 + 500;
        long here = asked.plus(took.dividedBy(2)).toEpochMilli();
        return times.with(AHEAD, Long.toString((there - here) / 1_000));
    }

    private static Thing with(Thing node, Instant asked, Fields times) {
        Set<String> others = new HashSet<>(node.fields().nodes().keySet());
        others.removeAll(ALL);
        return new Thing(
                node.kind(),
                node.id(),
                node.fields()
                        .only(others)
                        .with(times)
                        .with(ASKED, Long.toString(asked.toEpochMilli())),
                node.seen(),
                node.changed());
    }
}
