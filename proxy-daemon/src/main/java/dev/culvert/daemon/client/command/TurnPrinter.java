package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.TurnStream;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Prints a turn as it comes: its text, or with another format each event as a line. */
final class TurnPrinter {
    private static final View EVENT =
            View.of("id", Column.of("EVENT", "event"), Column.of("DATA", "data"));

    private final Output output;
    private final Runnable onBroken;
    private final BooleanSupplier interrupted;
    private boolean ownLine = true;

    /**
     * @param onBroken is run when nobody takes the output any longer
     * @param interrupted whether the user has asked for the end, which then is no failure
     */
    TurnPrinter(Output output, Runnable onBroken, BooleanSupplier interrupted) {
        this.output = output;
        this.onBroken = onBroken;
        this.interrupted = interrupted;
    }

    /** Prints the turn to its end, and returns the exit code that it calls for. */
    int print(TurnStream turn) throws IOException {
        try {
            for (Event event = turn.next(); event != null; event = turn.next()) {
                if (output.format() != Format.TABLE) {
                    output.event(value(event), EVENT);
                }
                Value data = Value.parse(event.data());
                switch (event.type()) {
                    case "chunk" -> piece(data.text("content"));
                    case "missed" -> missed(data);
                    case "approval" -> waits(data);
                    case "done" -> endLine();
                    case "error", "tool_blocked" -> {
                        endLine();
                        return interrupted.getAsBoolean()
                                ? ExitCode.INTERRUPTED
                                : failed(event.type(), data);
                    }
                    default -> {
                        // what goes on in the middle of the turn, such as a call of a tool
                    }
                }
            }
        } catch (IOException e) {
            endLine();
            if (interrupted.getAsBoolean()) {
                return ExitCode.INTERRUPTED;
            }
            throw e;
        }
        return interrupted.getAsBoolean() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private void piece(String text) {
        ownLine = text.isEmpty() ? ownLine : text.endsWith("\n");
        if (output.format() == Format.TABLE) {
            output.piece(text);
        }
        if (output.isBroken()) {
            onBroken.run();
        }
    }

    private void missed(Value data) {
        endLine();
        ownLine = true;
        long first = data.number(0, "from");
        long last = data.number(0, "to");
        output.note(
                "events %d to %d are missing: they came earlier, or too fast"
                        .formatted(first, last));
    }

    private void waits(Value data) {
        endLine();
        ownLine = true;
        output.note(
                "the agent waits until somebody decides about %s: culvert approvals show %s"
                        .formatted(
                                Quoted.word(data.text("tool_name")),
                                Quoted.word(data.text("approval_id"))));
    }

    private void endLine() {
        if (!ownLine && output.format() == Format.TABLE) {
            output.piece("\n");
        }
    }

    private static Value value(Event event) throws IOException {
        return Value.members(
                "id", event.id(), "event", event.type(), "data", Value.parse(event.data()));
    }

    private int failed(String type, Value data) {
        output.note(
                type.equals("tool_blocked")
                        ? "the agent may not use the tool %s: %s (tool_allowlist)"
                                .formatted(
                                        Quoted.word(data.text("tool_name")),
                                        Quoted.sentence(data.text("reason")))
                        : "the turn failed: %s (%s)"
                                .formatted(
                                        Quoted.sentence(data.text("message")),
                                        Quoted.word(data.text("code"))));
        return ExitCode.FAILED;
    }
}
