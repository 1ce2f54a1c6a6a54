package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert op [ID]}. */
@Command(
        name = "op",
        description =
                "Shows how a change went: who made it, when, how long it took, its log lines and its"
                        + " end. Without an id it lists the latest changes.",
        mixinStandardHelpOptions = true)
final class OpCommand implements Verb {
    private static final View LIST =
            View.of(
                    "id",
                    Column.of("RUN", "id"),
                    Column.of("OPERATION", "operation"),
                    Column.of("CALLER", "caller"),
                    Column.of("BEGUN", "begun"),
                    Column.of("STATE", "state").in(OpCommand::tone),
                    Column.number("TOOK", OpCommand::took));

    private static final View ONE =
            View.of(
                    "id",
                    Column.of("run", "id"),
                    Column.of("operation", "operation"),
                    Column.of("effect", "effect"),
                    Column.of("path", "path"),
                    Column.of("caller", OpCommand::caller),
                    Column.of("tenant", "tenant"),
                    Column.of("request", "request_id"),
                    Column.of("begun", "begun"),
                    Column.of("state", "state").in(OpCommand::tone),
                    Column.of("status", "status"),
                    Column.of("took", OpCommand::took),
                    Column.of("cpu", OpCommand::cpu),
                    Column.of("bytes", OpCommand::bytes),
                    Column.of("error", "error"));

    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The id of a run.")
    private @Nullable String id;

    OpCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Output output = session.output();
        if (id == null) {
            output.items(Session.pages(api, AdminPaths.RUNS, "", "runs"), LIST);
            return ExitCode.OK;
        }
        Value run = api.get(AdminPaths.RUNS + "/" + Request.segment(id));
        output.item(run, ONE);
        if (output.format() == Format.TABLE) {
            log(api, output, run);
        }
        return ExitCode.OK;
    }

    /**
     * Its records with their times, if they are still known and for this caller; else its lines.
     */
    private static void log(Api api, Output output, Value run) throws IOException {
        List<Value> records;
        try {
            records =
                    api.get(LogRecords.PATH + "?limit=5000&op=" + Request.segment(run.text("id")))
                            .at("records")
                            .list();
        } catch (ProblemException _) {
            records = List.of();
        }
        if (records.isEmpty()) {
            run.at("log").list().forEach(line -> output.line(Quoted.page(line.text())));
        } else {
            records.forEach(it -> LogRecords.print(output, it));
        }
        output.piece("");
    }

    private static Tone tone(Value run) {
        return switch (run.text("state")) {
            case "done" -> Tone.GOOD;
            case "failed" -> Tone.BAD;
            default -> Tone.CAUTION;
        };
    }

    private static String caller(Value run) {
        return run.text("caller") + " (" + run.text("caller_kind") + ")";
    }

    private static String took(Value run) {
        String millis = run.text("milliseconds");
        return millis.isEmpty() ? "" : millis + " ms";
    }

    private static String cpu(Value run) {
        String micros = run.text("cpu_microseconds");
        return micros.isEmpty() ? "" : micros + " µs";
    }

    private static String bytes(Value run) {
        String out = run.text("bytes_out");
        return run.text("bytes_in") + " in" + (out.isEmpty() ? "" : ", " + out + " out");
    }
}
