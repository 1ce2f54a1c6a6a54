package dev.culvert.daemon.client.compliance;

import dev.culvert.daemon.client.output.JUnitXml;
import dev.culvert.daemon.client.output.JUnitXml.State;
import dev.culvert.value.Value;
import java.util.List;

/**
 * What came of a check.
 *
 * @param check its name
 * @param says what has to be so
 * @param why each thing that is not so; or why nobody looked
 * @param advice what to do, if it is not so
 */
public record Finding(String check, String says, State state, List<String> why, String advice) {
    private static final int MOST = 20;

    public Finding {
        why = List.copyOf(why);
    }

    /** Whether the whole is not compliant because of this: what nobody could look at is not. */
    public boolean isBad() {
        return switch (state) {
            case FAILED, ERROR -> true;
            case PASSED, SKIPPED -> false;
        };
    }

    /** How it ended, as one word. */
    public String word() {
        return switch (state) {
            case PASSED -> "passed";
            case FAILED -> "failed";
            case ERROR -> "unknown";
            case SKIPPED -> "skipped";
        };
    }

    public Value value() {
        return Value.members(
                "check",
                check,
                "says",
                says,
                "result",
                word(),
                "why",
                Value.of(why.stream().map(Value::of).toList()),
                "advice",
                isBad() ? advice : "");
    }

    /** The reasons as one sentence. */
    public String reasons() {
        String first = String.join("; ", why.subList(0, Math.min(MOST, why.size())));
        return why.size() <= MOST ? first : first + "; and " + (why.size() - MOST) + " more";
    }

    public JUnitXml.Case junit() {
        return new JUnitXml.Case(
                check + ": " + says,
                state,
                isBad() && !advice.isEmpty() ? reasons() + " — " + advice : reasons());
    }
}
