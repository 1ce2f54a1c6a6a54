package dev.culvert.faults;

import dev.culvert.faults.TurnPlan.Conduct;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/**
 * Asks for one turn as a single answer. With a key it repeats the request until it gets the answer.
 */
final class MessageClient {
    /** The longest answer, with all faults on the way, takes less than this. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int MOST_ATTEMPTS = 100;
    private static final int RECEIVE_BYTES = 128 * 1024;

    private final TurnPlan plan;
    private final Scene scene;
    private final List<String> history;
    private final Absence absence = new Absence();
    private int fruitless;
    private boolean lost;

    /**
     * @param history collects what this client does, to explain a violation
     */
    MessageClient(TurnPlan plan, Scene scene, List<String> history) {
        this.plan = plan;
        this.scene = scene;
        this.history = history;
        scene.runtime().expect(plan.answer());
    }

    void run() {
        if (askToTheEnd() && !lost && plan.keyed() && plan.events() % 4 == 1) {
            askToTheEnd();
            scene.tally().count("finished turns requested again", "whole again");
        }
    }

    /** Whether the client is done: it has an answer, or the turn is lost. */
    private boolean askToTheEnd() {
        for (; fruitless < MOST_ATTEMPTS; fruitless += scene.countedAttempts()) {
            int generation = scene.daemon().generation();
            try (HttpCall call = new HttpCall(scene.way(fruitless), patience(), RECEIVE_BYTES)) {
                history.add(LocalTime.now(ZoneOffset.UTC) + " asks " + headers());
                try {
                    call.ask("POST", plan.path(), headers(), plan.body());
                    if (answered(call, generation)) {
                        return true;
                    }
                } catch (IOException e) {
                    if (plan.conduct() == Conduct.LEAVES) {
                        scene.tally().count("turns left", plan.way().name());
                        return false;
                    }
                    broken(call, generation, e);
                    if (!plan.keyed()) {
                        scene.tally().count(Scene.LOST, "message without a key");
                        return false;
                    }
                }
            } catch (IOException e) {
                history.add("no connection: " + e);
            }
            Scene.backOff(fruitless);
        }
        throw new AssertionError("it gave up after " + MOST_ATTEMPTS + " attempts");
    }

    private Duration patience() {
        return plan.conduct() == Conduct.LEAVES
                ? Duration.ofMillis(20 + 20L * plan.events())
                : PATIENCE;
    }

    private Map<String, String> headers() {
        return plan.keyed() ? Map.of("idempotency-key", "key-" + plan.answer().nonce()) : Map.of();
    }

    private boolean answered(HttpCall call, int generation) throws IOException {
        Map<String, String> body = Json.members(call.body());
        String code = body.getOrDefault("code", "");
        String answer = call.status() + " " + code;
        history.add(answer);
        if (call.status() == 200) {
            check().onWhole(body.getOrDefault("content", ""));
        } else if (answer.equals("403 tool_blocked")
                || answer.equals("502 runtime_error")
                || answer.equals("502 stream_broken")) {
            check().onOther(code);
        } else if (plan.keyed() && !absence.excuse(code).isEmpty()) {
            scene.tally().count(Scene.LOST, absence.excuse(code));
            lost = true;
            return true;
        } else if (scene.mayBeRepeated(call, code, generation)) {
            scene.tally().count("requests refused", answer);
            return false;
        } else {
            throw new AssertionError("answered " + answer + ": " + body.get("error"));
        }
        scene.tally().count("turns whole", plan.answer().ending().name());
        return true;
    }

    private TurnCheck check() {
        return new TurnCheck(plan.answer(), false);
    }

    private void broken(HttpCall call, int generation, IOException e) {
        history.add("broke: " + e);
        if (e instanceof InterruptedIOException) {
            scene.tally().count("connections broken", "given up by the client");
        } else if (scene.mayBreak(call.local(), generation)) {
            scene.tally().count("connections broken", "by a fault");
        } else {
            throw new AssertionError("the daemon broke the connection without a fault", e);
        }
    }
}
