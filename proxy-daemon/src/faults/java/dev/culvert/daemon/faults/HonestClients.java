package dev.culvert.daemon.faults;

import dev.culvert.daemon.faults.EventStream.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two clients of each honest agent, each with a turn every 40 ms; what they miss is not caught up.
 */
final class HonestClients implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(40);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final String WORDS = "what an honest client says to an honest agent";
    private static final String BODY = "{\"role\":\"user\",\"content\":\"" + WORDS + "\"}";

    /** A turn of a client. */
    private interface Turn {
        /** Empty where it went well. */
        String take() throws IOException;
    }

    /**
     * What became of a turn.
     *
     * @param complaint empty where it went well
     * @param due how many turns would have been due until it ended, less those that only came too
     *     late because an event loop waited for a CPU
     */
    private record Outcome(long endedNanos, String complaint, long due) {
        boolean isWell() {
            return complaint.isEmpty();
        }

        boolean isIn(long fromNanos, long toNanos) {
            return endedNanos - fromNanos >= 0 && endedNanos - toNanos < 0;
        }
    }

    /**
     * What had become of the turns of some time.
     *
     * @param perSecond that went well
     * @param share of those that were due
     */
    record Pace(double perSecond, double share) {}

    private final Endpoint daemon;
    private final LoopWaits waits;
    private final List<Outcome> outcomes = new ArrayList<>();
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
            long late = System.nanoTime() - due;
            long excused = LoopWaits.most(before, waits.now());
            note(complaint, 1 + Math.max(0, late - excused) / INTERVAL.toNanos());
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

    private synchronized void note(String complaint, long due) {
        outcomes.add(new Outcome(System.nanoTime(), complaint, due));
    }

    synchronized Pace pace(long fromNanos, long toNanos) {
        double well = 0;
        double due = 0;
        for (Outcome outcome : outcomes) {
            if (outcome.isIn(fromNanos, toNanos)) {
                well += outcome.isWell() ? 1 : 0;
                due += outcome.due();
            }
        }
        return new Pace(well * 1e9 / (toNanos - fromNanos), well / due);
    }

    /** What went wrong since then. */
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
