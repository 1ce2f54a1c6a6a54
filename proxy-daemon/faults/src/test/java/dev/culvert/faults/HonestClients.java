package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.faults.EventStream.Event;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Two clients for each honest agent. Each sends a turn every 40 ms and does not catch up on missed
 * ones.
 */
final class HonestClients implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(40);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final String WORDS = "what an honest client says to an honest agent";
    private static final String BODY = "{\"role\":\"user\",\"content\":\"" + WORDS + "\"}";

    /** One turn of a client. */
    private interface Turn {
        /** Returns a complaint; empty if the turn went well. */
        String take() throws IOException;
    }

    /**
     * The outcome of a turn.
     *
     * @param dueNanos when it was due
     * @param excusedNanos how long an event loop waited for a CPU meanwhile
     * @param complaint empty if it went well
     */
    private record Outcome(long dueNanos, long endedNanos, long excusedNanos, String complaint) {
        boolean isWell() {
            return complaint.isEmpty();
        }

        /** The turn itself, and the turns that it delayed past their time. */
        long turns() {
            long late = Math.max(0, endedNanos - dueNanos - excusedNanos);
            return 1 + late / INTERVAL.toNanos();
        }

        /** The share of its time that is in this period, from 0 to 1. */
        double shareIn(long fromNanos, long toNanos) {
            double inside = Math.min(endedNanos, toNanos) - Math.max(dueNanos, fromNanos);
            return Math.max(0, inside / (endedNanos - dueNanos));
        }
    }

    /**
     * The turns of a period.
     *
     * @param perSecond turns a second that went well
     * @param share of the turns that were due
     */
    record Pace(double perSecond, double share) {}

    private final Endpoint daemon;
    private final LoopWaits waits;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<Thread, Long> lastEnded = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    HonestClients(Endpoint daemon, LoopWaits waits, List<String> agents) {
        this.daemon = daemon;
        this.waits = waits;
        for (String agent : agents) {
            start(() -> message("/api/v1/agents/" + agent + "/message"));
            start(() -> stream("/api/v1/agents/" + agent + "/stream"));
        }
    }

    private void start(Turn turn) {
        threads.add(Thread.ofPlatform().daemon().name("honest").start(() -> run(turn)));
    }

    private void run(Turn turn) {
        long due = System.nanoTime();
        while (!closed) {
            Pause.until(due);
            long[] before = waits.now();
            String complaint = complaint(turn);
            long ended = System.nanoTime();
            note(new Outcome(due, ended, LoopWaits.most(before, waits.now()), complaint));
            long late = ended - due;
            due += (1 + late / INTERVAL.toNanos()) * INTERVAL.toNanos();
        }
    }

    private static String complaint(Turn turn) {
        try {
            return turn.take();
        } catch (IOException | AssertionError e) {
            return e.toString();
        }
    }

    private String message(String target) throws IOException {
        try (HttpCall call = new HttpCall(daemon, PATIENCE, RECEIVE_BYTES)) {
            call.ask("POST", target, Map.of(), BODY);
            String answer = call.body();
            return call.status() == 200 && answer.contains(WORDS)
                    ? ""
                    : call.status() + " " + answer;
        }
    }

    private String stream(String target) throws IOException {
        try (HttpCall call = new HttpCall(daemon, PATIENCE, RECEIVE_BYTES)) {
            call.ask("POST", target, Map.of(), BODY);
            if (call.status() != 200) {
                return call.status() + " " + call.body();
            }
            EventStream events = new EventStream(call.content());
            StringBuilder text = new StringBuilder();
            String last = "";
            for (Event event = events.next(); event != null; event = events.next()) {
                last = event.type();
                text.append(
                        Json.members(event.data().isEmpty() ? "{}" : event.data())
                                .getOrDefault("content", ""));
            }
            return last.equals("done") && text.indexOf(WORDS) >= 0 ? "" : last + ": " + text;
        }
    }

    private synchronized void note(Outcome outcome) {
        outcomes.add(outcome);
        lastEnded.put(Thread.currentThread(), outcome.endedNanos());
    }

    /** The turns of this period. Waits for turns that are running at its end. */
    Pace pace(long fromNanos, long toNanos) {
        Eventually.await(PATIENCE.multipliedBy(2), () -> assertThat(isBehind(toNanos)).isTrue());
        synchronized (this) {
            double well = 0;
            double due = 0;
            for (Outcome outcome : outcomes) {
                double share = outcome.shareIn(fromNanos, toNanos);
                well += outcome.isWell() ? share : 0;
                due += share * outcome.turns();
            }
            return new Pace(well * 1e9 / (toNanos - fromNanos), well / due);
        }
    }

    private synchronized boolean isBehind(long nanos) {
        return lastEnded.size() == threads.size()
                && lastEnded.values().stream().allMatch(ended -> ended - nanos >= 0);
    }

    /** The complaints since then. */
    synchronized List<String> complaints(long fromNanos) {
        return outcomes.stream()
                .filter(it -> it.endedNanos() - fromNanos >= 0 && !it.isWell())
                .map(Outcome::complaint)
                .toList();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join(PATIENCE.multipliedBy(2));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
