package dev.culvert.daemon.flows;

import dev.culvert.io.Quoted;

/**
 * Why a step failed.
 *
 * @param code one word for programs, such as {@code timeout}
 * @param sentence what happened, why and what to do; what comes from outside is quoted
 * @param mayPass whether another attempt may succeed and does not do anything twice
 */
public record StepFailure(String code, String sentence, boolean mayPass) {
    private static final int MOST_CHARS = 2_000;

    public StepFailure {
        sentence = Quoted.cut(sentence, MOST_CHARS);
    }
}
