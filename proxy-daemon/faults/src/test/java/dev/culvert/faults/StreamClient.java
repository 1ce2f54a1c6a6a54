package dev.culvert.faults;

import dev.culvert.faults.EventStream.Event;
import dev.culvert.faults.TurnCheck.Step;
import dev.culvert.faults.TurnPlan.Conduct;
import dev.culvert.faults.TurnPlan.Way;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one turn as a stream of events, and comes back to it until it has the whole turn.
 *
 * <p>It may start a {@link Rival}, which comes for the same turn while this client reads it. From
 * then on this client reads what still comes, and leaves the rest to the rival. Only one of them
 * may go on: once the rival has an event of the running turn, this client must not see the end.
 */
final class StreamClient {
    /**
     * Longer than a relay may hold bytes back, and much longer than the time between two
     * keepalives.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final int MOST_ATTEMPTS = 100;
    private static final int USUAL_BYTES = 128 * 1024;
    private static final int SLOW_BYTES = 16 * 1024;

    /** The pace of a slow reader. */
    private static final int SLOW_CHARS_PER_MILLI = 200;

    private final TurnPlan plan;
    private final Scene scene;
    private final ScriptedRuntime.Run run;
    private final TurnCheck check;
    private final int firstGeneration;
    private final List<String> history;
    private final Absence absence = new Absence();
    private int fruitless;
    private int events;
    private boolean cancelled;
    private long mostChars = Long.MAX_VALUE;
    private boolean over;
    private final int rivals;
    private @Nullable Rival rival;
    private volatile boolean takenOver;

    /**
     * @param history collects what this client does, to explain a violation
     */
    StreamClient(TurnPlan plan, Scene scene, List<String> history) {
        this.plan = plan;
        this.scene = scene;
        this.history = history;
        rivals = plan.rivals();
        firstGeneration = scene.daemon().generation();
        run = scene.runtime().expect(plan.answer());
        check = new TurnCheck(plan.answer(), plan.conduct() == Conduct.CANCELS);
    }

    /** A client that comes for the turn of another, after the last event that the other has. */
    private StreamClient(StreamClient other) {
        plan = other.plan;
        scene = other.scene;
        history = other.history;
        rivals = other.rivals - 1;
        firstGeneration =
                other.firstGeneration; // that daemon may have ended before the agent got it
        run = other.run;
        check = other.check.copy();
    }

    void run() {
        readToTheEnd();
        if (rival != null) {
            rival.await();
            return;
        }
        if (over && plan.keepsTrying()) {
            scene.tally().count("turns whole", plan.answer().ending().name());
            if (plan.events() % 4 == 0) {
                comeBackForNothing();
            } else if (plan.keyed() && plan.events() % 4 == 1) {
                scene.tally().count("finished turns requested again", "whole again");
                check.restart();
                over = false;
                readToTheEnd();
            }
        }
    }

    private void readToTheEnd() {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt += scene.countedAttempts()) {
            long before = check.seq();
            if (!attempt() || over || rival != null) {
                return;
            }
            fruitless = check.seq() > before ? 0 : fruitless + 1;
            Scene.backOff(fruitless);
        }
        throw new AssertionError("it gave up after " + MOST_ATTEMPTS + " attempts");
    }

    /** As {@link Rival#hasTakenOver}. */
    boolean hasTakenOver() {
        return takenOver;
    }

    /** False if the client does not come back. */
    private boolean attempt() {
        int generation = scene.daemon().generation();
        try (HttpCall call = call()) {
            try {
                ask(call);
                return call.status() == 200 ? read(call) : refused(call, generation);
            } catch (IOException e) {
                return broken(call, generation, e);
            }
        } catch (IOException e) {
            note("no connection: " + e);
            return true;
        }
    }

    private HttpCall call() throws IOException {
        int bytes = plan.conduct() == Conduct.READS_SLOWLY ? SLOW_BYTES : USUAL_BYTES;
        return new HttpCall(scene.way(fruitless), PATIENCE, bytes);
    }

    private void ask(HttpCall call) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        if (plan.keyed()) {
            headers.put("idempotency-key", "key-" + plan.answer().nonce());
        }
        if (check.turn().isEmpty()) {
            begin(call, headers);
            return;
        }
        scene.tally().count("streams resumed", plan.comesBack().name());
        switch (plan.comesBack()) {
            case LAST_EVENT_ID -> comeBack(call, headers);
            case TURN -> {
                note("GET turn after " + check.seq());
                String after = "/stream?after=" + check.seq();
                call.ask("GET", "/api/v1/turns/" + check.turn() + after, Map.of(), "");
            }
            case REPEAT -> {
                check.restart();
                begin(call, headers);
            }
        }
    }

    private void comeBack(HttpCall call, Map<String, String> headers) throws IOException {
        headers.put("last-event-id", check.turn() + ":" + check.seq());
        begin(call, headers);
    }

    private void begin(HttpCall call, Map<String, String> headers) throws IOException {
        note("asks " + headers);
        if (plan.way() == Way.STREAM_BY_GET) {
            String message = URLEncoder.encode(plan.body(), StandardCharsets.UTF_8);
            headers.put("accept", "text/event-stream");
            call.ask("GET", plan.path() + "?message=" + message, headers, "");
        } else {
            call.ask("POST", plan.path(), headers, plan.body());
        }
    }

    private boolean read(HttpCall call) throws IOException {
        EventStream stream = new EventStream(call.content());
        for (Event event = stream.next(); event != null; event = stream.next()) {
            if (over) {
                throw new AssertionError("after the end came " + event);
            }
            String excuse = excuse(event);
            if (!excuse.isEmpty()) {
                return lost(excuse);
            }
            absence.end();
            switch (check.onEvent(event)) {
                case Step.Onwards() -> {
                    events++;
                    if (event.type().equals("chunk") && run.hasMoreToSay()) {
                        takenOver = true;
                    }
                    if (events > plan.events() && rivals > 0 && rival == null) {
                        note("a rival comes");
                        rival = new Rival(new StreamClient(this));
                    }
                    if (plan.conduct() == Conduct.LEAVES && events > plan.events()) {
                        scene.tally().count("turns left", plan.way().name());
                        return false;
                    }
                    if (plan.conduct() == Conduct.CANCELS && events > plan.events()) {
                        cancel();
                        if (over) {
                            return false;
                        }
                    }
                    expectNoMoreThanWasSaidBefore();
                    pace(event);
                }
                case Step.Over() -> {
                    over = true;
                    leaveToTheRival("the end came first");
                    if (rival != null && rival.hasTakenOver()) {
                        throw new AssertionError("two clients read the turn at the same time");
                    }
                }
                case Step.Unknown() -> {
                    return unknown();
                }
                case Step.Interrupted(String code) -> {
                    note("error " + code + " after " + check.seq());
                    scene.tally().count("streams interrupted by the daemon", code);
                    leaveToTheRival("told " + code);
                    return true;
                }
            }
        }
        if (!over) {
            throw new AssertionError("the stream ended in order but without a last event");
        }
        if (plan.conduct() == Conduct.CANCELS) {
            scene.tally().count("turns cancelled", plan.way().name());
        }
        return false;
    }

    private void leaveToTheRival(String why) {
        if (rival != null) {
            scene.tally().count(Scene.TAKEN_OVER, why);
        }
    }

    /** Why the turn may be lost of which this is the last event; empty if it may not. */
    private String excuse(Event event) {
        if (!event.type().equals("error") || plan.conduct() == Conduct.CANCELS) {
            return "";
        }
        return absence.excuse(Json.members(event.data()).getOrDefault("code", ""));
    }

    private void pace(Event event) {
        if (plan.conduct() == Conduct.READS_SLOWLY) {
            Pause.ofMillis(event.data().length() / SLOW_CHARS_PER_MILLI);
        }
    }

    private boolean refused(HttpCall call, int generation) throws IOException {
        String code = call.problem().getOrDefault("code", "");
        String answer = call.status() + " " + code;
        note(answer);
        if (code.equals(TurnCheck.UNKNOWN)) {
            return unknown();
        }
        String excuse = absence.excuse(code);
        if (!excuse.isEmpty()) {
            return lost(excuse);
        }
        boolean cancelIsLost = cancelled && code.equals("link_lost");
        if (!cancelIsLost && !scene.mayBeRepeated(call, code, generation)) {
            throw new AssertionError("answered " + answer);
        }
        scene.tally().count("requests refused", answer);
        return true;
    }

    /**
     * Allowed if, before the agent got the turn, its daemon ended, was told to cancel it, or waited
     * too long for its client.
     */
    private boolean unknown() {
        note(TurnCheck.UNKNOWN);
        boolean mayBe =
                cancelled
                        || scene.daemon().generation() != firstGeneration
                        || absence.mayHaveBeenDropped();
        // With a key, the client joins the turn if it still reaches the agent.
        boolean hasBegun = run.starts() > 0 && !plan.keyed();
        if (check.seq() > 0 || hasBegun || !mayBe) {
            throw new AssertionError("the turn is unknown, although it was started");
        }
        if (cancelled) { // asking again would begin another turn
            over = true;
            scene.tally().count("turns cancelled", "before the agent got them");
            return false;
        }
        check.forget();
        return plan.keyed() || lost("its daemon ended before the agent got it");
    }

    private boolean lost(String why) {
        scene.tally().count(Scene.LOST, why);
        return false;
    }

    private boolean broken(HttpCall call, int generation, IOException e) {
        note("broke after " + check.seq() + ": " + e);
        leaveToTheRival("its connection broke");
        if (e instanceof InterruptedIOException) {
            scene.tally().count("connections broken", "given up by the client");
        } else if (scene.mayBreak(call.local(), generation)) {
            scene.tally().count("connections broken", "by a fault");
        } else {
            throw new AssertionError("the daemon broke the connection without a fault", e);
        }
        if (check.turn().isEmpty() && !plan.keyed()) {
            return lost("cut off before the first id");
        }
        return true;
    }

    /** Cancels until the daemon confirms it. After that the runtime must not write more. */
    private void cancel() {
        if (!cancelled) {
            cancelled = true;
            insist(
                    "cancel",
                    call -> {
                        call.ask("DELETE", "/api/v1/turns/" + check.turn(), Map.of(), "");
                        return call.status() == 204;
                    });
            mostChars = run.writtenChars() + plan.answer().largestPiece();
        }
    }

    private void expectNoMoreThanWasSaidBefore() {
        if (check.receivedChars() > mostChars) {
            throw new AssertionError("the turn continues after the daemon confirmed its end");
        }
    }

    /** Comes back like a browser that does not know that it has everything. */
    private void comeBackForNothing() {
        insist(
                "come back for nothing",
                call -> {
                    comeBack(call, new LinkedHashMap<>());
                    boolean told =
                            call.status() == 204 || (call.status() == 200 && isToldAgain(call));
                    if (told) {
                        scene.tally()
                                .count("finished turns requested again", "told " + call.status());
                    }
                    return told;
                });
    }

    private boolean isToldAgain(HttpCall call) throws IOException {
        EventStream stream = new EventStream(call.content());
        boolean interrupted = false;
        for (Event event = stream.next(); event != null; event = stream.next()) {
            interrupted |= check.isInterruptedAfterTheEnd(event);
        }
        return !interrupted;
    }

    private interface Request {
        /** Returns whether this is the wanted answer. */
        boolean isAnswered(HttpCall call) throws IOException;
    }

    /** Repeats the request until it gets the wanted answer. */
    private void insist(String what, Request request) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt += scene.countedAttempts()) {
            int generation = scene.daemon().generation();
            try (HttpCall call = new HttpCall(scene.way(attempt), PATIENCE, USUAL_BYTES)) {
                boolean answered = request.isAnswered(call);
                note(what + ": " + call.status());
                boolean inVain = !answered && call.status() != 200 && !refused(call, generation);
                if (answered || inVain) {
                    return;
                }
            } catch (IOException e) {
                note(what + ": " + e);
            }
            Scene.backOff(attempt);
        }
        throw new AssertionError("no answer to " + what);
    }

    private void note(String what) {
        history.add(LocalTime.now(ZoneOffset.UTC) + " " + what);
    }
}
