package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.Locale;

/** Prints structured records of a log: those of the daemon, and those of the console. */
final class LogRecords {
    static final String PATH = "/api/v1/admin/log";

    private static final View VIEW =
            View.of(
                    "message",
                    Column.of("TIME", "time"),
                    Column.of("LEVEL", "level"),
                    Column.of("MESSAGE", "message"));

    private LogRecords() {}

    static void print(Output output, Value entry) {
        if (output.format() != Format.TABLE) {
            output.event(entry, VIEW);
            return;
        }
        Tone tone =
                switch (entry.text("level")) {
                    case "error" -> Tone.BAD;
                    case "warn" -> Tone.CAUTION;
                    default -> Tone.PLAIN;
                };
        output.line(
                output.toned(
                        tone,
                        Quoted.page(
                                "%s %-5s %s %s: %s%s%s"
                                        .formatted(
                                                entry.text("time"),
                                                entry.text("level").toUpperCase(Locale.ROOT),
                                                entry.text("operation"),
                                                entry.text("phase"),
                                                entry.text("message"),
                                                took(entry),
                                                op(entry)))));
        Value error = entry.at("error");
        if (!error.isNothing()) {
            output.line("    " + Quoted.page(error.text("type") + ": " + error.text("message")));
            error.at("stack")
                    .list()
                    .forEach(it -> output.line("      " + Quoted.sentence(it.text())));
            error.at("recovery")
                    .list()
                    .forEach(it -> output.line("    → " + Quoted.sentence(it.text())));
        }
    }

    private static String took(Value entry) {
        String millis = entry.at("context").text("milliseconds");
        return millis.isEmpty() ? "" : " (" + millis + " ms)";
    }

    private static String op(Value entry) {
        return entry.text("op").isEmpty() ? "" : " op=" + entry.text("op");
    }
}
