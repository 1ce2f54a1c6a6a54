package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.workspace.Change.Action;
import dev.culvert.daemon.client.workspace.Change.Attribute;
import dev.culvert.daemon.client.workspace.Change;
import dev.culvert.daemon.client.workspace.Plan;
import dev.culvert.io.Quoted;

/** Draws a plan for people: a block for each guest, and what it comes to. */
final class PlanPicture {
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
            int widest =
                    change.attributes().stream().mapToInt(it -> it.name().length()).max().orElse(0);
            for (Attribute each : change.attributes()) {
                output.line(
                        "    %s  %s"
                                .formatted(
                                        each.name() + " ".repeat(widest - each.name().length()),
                                        text(each)));
            }
            if (!change.needs().isEmpty()) {
                output.line("    after " + Quoted.sentence(String.join(", ", change.needs())));
            }
            change.notes().forEach(it -> output.line("    note: " + Quoted.sentence(it)));
        }
        output.line(sum(plan));
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
                ? "nothing to change"
                : "%d to create, %d to change, %d to replace, %d to destroy"
                        .formatted(
                                plan.count(Action.CREATE),
                                plan.count(Action.CHANGE),
                                plan.count(Action.REPLACE),
                                plan.count(Action.DESTROY));
    }
}
