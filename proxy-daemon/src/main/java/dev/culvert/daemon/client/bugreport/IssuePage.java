package dev.culvert.daemon.client.bugreport;

import dev.culvert.about.Recovery;
import dev.culvert.about.Version;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What went wrong, on one page: the error's class, what to do, and words for an AI. */
final class IssuePage {
    private static final int MOST = 5;

    private final String text;
    private final List<Value> errors;

    /**
     * @param records of the daemon's log
     */
    IssuePage(Issue issue, List<Value> records) {
        text = issue.text();
        List<Value> all = new ArrayList<>(records);
        all.addAll(issue.commands());
        errors =
                all.stream()
                        .filter(it -> !it.at("error").isNothing())
                        .sorted(Comparator.comparing((Value it) -> it.text("time")).reversed())
                        .limit(MOST)
                        .toList();
    }

    /** The type of the latest error. */
    private String errorClass() {
        return errors.isEmpty()
                ? "none was logged in the last 30 minutes"
                : errors.getFirst().at("error").text("type");
    }

    private Set<String> recovery() {
        Set<String> recovery = new LinkedHashSet<>();
        errors.forEach(
                it -> it.at("error", "recovery").list().forEach(each -> recovery.add(each.text())));
        if (recovery.isEmpty()) {
            recovery.addAll(Recovery.ofType(""));
        }
        return recovery;
    }

    String page() {
        StringBuilder page = new StringBuilder("# What went wrong\n\n");
        page.append(text.isEmpty() ? "Nobody said it in words." : text).append("\n\n");
        page.append("- Class of the error: ").append(errorClass()).append('\n');
        for (Value each : errors) {
            page.append(
                    "- %s %s %s: %s%n"
                            .formatted(
                                    each.text("time"),
                                    each.text("operation"),
                                    each.at("error").text("type"),
                                    each.at("error").text("message")));
        }
        page.append("\n## What may help\n\n");
        recovery().forEach(it -> page.append("- ").append(it).append('\n'));
        page.append(
                """

                ## For an AI

                Culvert %s connects AI agents in MicroVMs with their clients. Something is wrong: %s
                The class of the latest error is: %s.
                In this archive, 7-logs/records.jsonl has the daemon's records of the last 30 minutes, 7-logs/commands.jsonl what
                was run at the console, 4-daemon/operations.json the last changes, 1-doctor/doctor.txt what is wrong with the
                machine, and 8-workspace the shape of plans and state, without values. Names and addresses are pseudonyms.
                Find the cause, quote the lines that show it, and say which command or setting mends it.
                """
                        .formatted(
                                Version.text(),
                                text.isEmpty() ? "nobody said what." : text,
                                errorClass()));
        return page.toString();
    }
}
