package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.workspace.TerraformPlan;
import dev.culvert.infra.Change;
import dev.culvert.infra.Change.Action;
import dev.culvert.infra.Change.Attribute;
import dev.culvert.infra.Plan;
import dev.culvert.io.Quoted;
import java.util.List;

/** Draws a plan for people: a block for each guest, and what it comes to. */
final class PlanPicture {
    private static final String NOTHING = "nothing to change";

    private final Output output;

    PlanPicture(Output output) {
        this.output = output;
    }

    void draw(Plan plan) {
        for (Change change : plan.changes()) {
            Tone tone = tone(change.action());
            output.line(
                    output.toned(
                            tone,
                            "%s %s %s (%s) %s"
                                    .formatted(
                                            change.action().sign(),
                                            change.id(),
                                            Quoted.word(change.name()),
                                            change.kind().word(),
                                            change.action().word())));
            attributes(change.attributes());
            if (!change.needs().isEmpty()) {
                output.line("    after " + Quoted.sentence(String.join(", ", change.needs())));
            }
            change.notes().forEach(it -> output.line("    note: " + Quoted.sentence(it)));
        }
        output.line(sum(plan));
    }

    /** The same of a plan that Terraform made. */
    void draw(TerraformPlan plan) {
        for (TerraformPlan.Resource each : plan.changes()) {
            output.line(
                    output.toned(
                            tone(each.as()),
                            "%s %s %s"
                                    .formatted(
                                            each.action().isEmpty() ? "=" : each.as().sign(),
                                            Quoted.word(each.address()),
                                            each.action().isEmpty() ? "import" : each.action())));
            if (!each.imported().isEmpty()) {
                output.line("    imports " + Quoted.word(each.imported()));
            }
            attributes(each.attributes());
        }
        output.line(
                plan.isEmpty()
                        ? NOTHING
                        : "%d resources to change or import".formatted(plan.changes().size()));
    }

    private void attributes(List<Attribute> attributes) {
        int widest = attributes.stream().mapToInt(it -> it.name().length()).max().orElse(0);
        for (Attribute each : attributes) {
            output.line(
                    "    %s  %s"
                            .formatted(
                                    each.name() + " ".repeat(widest - each.name().length()),
                                    text(each)));
        }
    }

    private static String text(Attribute each) {
        String from = Quoted.sentence(each.from());
        String to = Quoted.sentence(each.to());
        return from.isEmpty() ? to : from + " → " + (to.isEmpty() ? "gone" : to);
    }

    private static Tone tone(Action action) {
        return switch (action) {
            case CREATE -> Tone.GOOD;
            case CHANGE -> Tone.CAUTION;
            case REPLACE, DESTROY -> Tone.BAD;
        };
    }

    static String sum(Plan plan) {
        return plan.isEmpty()
                ? NOTHING
                : "%d to create, %d to change, %d to replace, %d to destroy"
                        .formatted(
                                plan.count(Action.CREATE),
                                plan.count(Action.CHANGE),
                                plan.count(Action.REPLACE),
                                plan.count(Action.DESTROY));
    }
}
