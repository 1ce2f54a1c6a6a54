package dev.culvert.infra;

import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be changed, and all that it was made from.
 *
 * @param desired the guests that were wanted, as their files have them
 * @param observed the facts of the guests that the plan looked at; see {@link Observed#facts}
 * @param changes in the order in which they are made
 */
public record Plan(
        String workspace, List<Value> desired, List<Value> observed, List<Change> changes) {
    private static final int FORMAT = 1;
    private static final int SHORT = 12;
    private static final String DIGEST = "digest";

    public Plan {
        desired = List.copyOf(desired);
        observed = List.copyOf(observed);
        changes = List.copyOf(changes);
    }

    /** Of desired state, observed facts and changes; not of the time. */
    public String digest() {
        return Canonical.digest(content());
    }

    /** What people type of it. */
    public String shortDigest() {
        return digest().substring(0, SHORT);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    public long count(Change.Action action) {
        return changes.stream().filter(it -> it.action() == action).count();
    }

    private Value content() {
        return Value.members(
                "format", FORMAT,
                "workspace", workspace,
                "desired", Value.of(desired),
                "observed", Value.of(observed),
                "changes", Value.of(changes.stream().map(Change::value).toList()));
    }

    /** With its digest. */
    public Value value() {
        Map<String, Value> members = new LinkedHashMap<>(content().map());
        members.put(DIGEST, Value.of(digest()));
        return new Value.Members(members);
    }

    /**
     * Reads what {@link #value} wrote.
     *
     * @param name of the file, for messages
     * @throws BadPlanException if it is no plan, or was changed since
     */
    public static Plan parse(String name, String text) throws BadPlanException {
        Plan plan;
        String said;
        try {
            Value value = Value.parse(text);
            said = value.text(DIGEST);
            if (value.number(0, "format") != FORMAT) {
                throw new BadPlanException(
                        "%s is no plan of this culvert: its format is '%s' and should be %d"
                                .formatted(name, value.text("format"), FORMAT));
            }
            plan =
                    new Plan(
                            value.text("workspace"),
                            value.at("desired").list(),
                            value.at("observed").list(),
                            value.at("changes").list().stream().map(Change::of).toList());
        } catch (BadValueException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BadPlanException(
                    "%s is no plan: %s; culvert plan makes one".formatted(name, e.getMessage()));
        }
        if (!plan.digest().equals(said)) {
            throw new BadPlanException(
                    "%s was changed since it was made: its digest is %s, and that of its content %s"
                            .formatted(name, said, plan.digest()));
        }
        return plan;
    }
}
