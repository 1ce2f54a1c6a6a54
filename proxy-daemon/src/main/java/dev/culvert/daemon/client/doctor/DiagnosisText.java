package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.doctor.Diagnosis.Applied;
import dev.culvert.daemon.client.doctor.Diagnosis.Inspected;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** A diagnosis for people, and as data. */
public final class DiagnosisText {
    private DiagnosisText() {}

    /** Without colours. */
    public static String of(Diagnosis diagnosis) {
        return of(diagnosis, (_, text) -> text);
    }

    /**
     * What is fine in one line each; failures and warnings with cause and fix.
     *
     * @param toned gives a text its colour
     */
    public static String of(Diagnosis diagnosis, BiFunction<Tone, String, String> toned) {
        StringBuilder text = new StringBuilder();
        for (Applied applied : diagnosis.applied()) {
            text.append(
                    applied.problem().isEmpty()
                            ? "did      %s%n".formatted(applied.remedy().text())
                            : "could not do %s: %s%n"
                                    .formatted(
                                            applied.remedy().text(),
                                            Quoted.sentence(applied.problem())));
        }
        for (Inspected inspected : diagnosis.inspected()) {
            for (Finding finding : inspected.findings()) {
                String grade = "%-8s".formatted(finding.grade().label());
                text.append(
                        "%s %-16s %s%n"
                                .formatted(
                                        toned.apply(tone(finding.grade()), grade),
                                        inspected.inspection(),
                                        Quoted.sentence(finding.what())));
                more(text, "why", finding.cause());
                more(text, "do", finding.fix());
            }
        }
        return text.append(
                        "%n%s, %s%n"
                                .formatted(
                                        count(diagnosis.count(Grade.FAILURE), "failure"),
                                        count(diagnosis.count(Grade.WARNING), "warning")))
                .toString();
    }

    private static Tone tone(Grade grade) {
        return switch (grade) {
            case OK -> Tone.GOOD;
            case SKIPPED -> Tone.FAINT;
            case WARNING -> Tone.CAUTION;
            case FAILURE -> Tone.BAD;
        };
    }

    private static void more(StringBuilder text, String word, String sentences) {
        for (String sentence : sentences.lines().toList()) {
            text.append("         %-4s %s%n".formatted(word, Quoted.page(sentence)));
        }
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** An object: what was found, and what was done about it. */
    public static Value data(Diagnosis diagnosis) {
        List<Value> findings = new ArrayList<>();
        for (Inspected inspected : diagnosis.inspected()) {
            inspected.findings().forEach(it -> findings.add(data(inspected.inspection(), it)));
        }
        return Value.members(
                "failures",
                diagnosis.count(Grade.FAILURE),
                "warnings",
                diagnosis.count(Grade.WARNING),
                "findings",
                Value.of(findings),
                "applied",
                Value.of(diagnosis.applied().stream().map(DiagnosisText::data).toList()));
    }

    private static Value data(Applied applied) {
        return Value.members(
                "inspection",
                applied.inspection(),
                "command",
                applied.remedy().text(),
                "problem",
                applied.problem());
    }

    private static Value data(String inspection, Finding finding) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("inspection", Value.of(inspection));
        members.put("grade", Value.of(finding.grade().label()));
        members.put("what", Value.of(finding.what()));
        if (!finding.cause().isEmpty()) {
            members.put("cause", Value.of(finding.cause()));
            members.put("fix", Value.of(finding.fix()));
        }
        if (finding.remedy() != null) {
            members.put("remedy", Value.of(finding.remedy().text()));
        }
        return new Value.Members(members);
    }
}
