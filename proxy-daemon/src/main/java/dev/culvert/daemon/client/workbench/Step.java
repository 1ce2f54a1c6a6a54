package dev.culvert.daemon.client.workbench;

import dev.culvert.daemon.client.console.Effect;
import java.util.List;

/**
 * A verb that a tool runs.
 *
 * @param name of its result, where a tool has several
 * @param effect with these words
 */
record Step(String name, Effect effect, List<String> words) {
    Step {
        words = List.copyOf(words);
    }

    static Step read(String name, String... words) {
        return new Step(name, Effect.READ, List.of(words));
    }
}
