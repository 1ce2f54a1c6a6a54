package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;

/** Prints the steps of a run of a flow as they end, until it has ended. */
final class FlowRunPrinter implements EventFollower.Printer {
    private static final View STEP =
            View.of(
                    "step",
                    Column.of("STEP", "step"),
                    Column.of("STATE", "state").in(FlowCommand::tone),
                    Column.of("TOOK", FlowCommand::took),
                    Column.of("ERROR", "error"));

    private final Session session;

    private FlowRunPrinter(Session session) {
        this.session = session;
    }

    /** Follows a run to its end; the exit code tells how it ended. */
    static int follow(Session session, String id) throws IOException {
        return new EventFollower(session, FlowCommand.path(id), false, new FlowRunPrinter(session))
                .run();
    }

    @Override
    public void again(Duration lost) {
        session.output().note("following again");
    }

    @Override
    public OptionalInt print(Event event) throws IOException {
        Value data = Value.parse(event.data());
        switch (event.type()) {
            case "step" -> {
                if (session.output().format() == Format.TABLE
                        && !data.text("state").equals("waiting")) {
                    session.output().event(data, STEP);
                }
            }
            case "run" -> {
                return ended(data);
            }
            default -> {
                session.output()
                        .note(
                                "the stream was ended: %s (%s)"
                                        .formatted(
                                                Quoted.sentence(data.text("message")),
                                                Quoted.word(data.text("code"))));
                return OptionalInt.of(ExitCode.REFUSED);
            }
        }
        return OptionalInt.empty();
    }

    private OptionalInt ended(Value run) {
        int code =
                switch (run.text("state")) {
                    case "done" -> ExitCode.OK;
                    case "failed" -> ExitCode.FAILED;
                    case "cancelled" -> ExitCode.CANCELLED;
                    case "unknown" -> ExitCode.UNKNOWN;
                    default -> -1;
                };
        if (code < 0) {
            return OptionalInt.empty();
        }
        session.output().item(run, FlowCommand.ONE);
        return OptionalInt.of(code);
    }
}
