package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Optional;

/** {@code /watch SECONDS COMMAND}: at a terminal, each round is drawn over the one before. */
final class WatchedCommand {
    private static final int LEAST_MILLIS = 100;

    private final Dispatch dispatch;
    private final Desk desk;
    private final Seat seat;
    private final Output output;
    private final Dispatch.Parts parts;

    WatchedCommand(Dispatch dispatch, Desk desk, Seat seat, Output output, Dispatch.Parts parts) {
        this.dispatch = dispatch;
        this.desk = desk;
        this.seat = seat;
        this.output = output;
        this.parts = parts;
    }

    int run(String rest) throws IOException {
        String[] words = rest.split("\\s+", 2);
        if (words.length < 2 || !words[0].matches("[0-9]{1,5}(\\.[0-9]{1,3})?")) {
            throw new UsageException("it is /watch SECONDS COMMAND, for example /watch 2 status");
        }
        long millis = (long) (Double.parseDouble(words[0]) * 1000);
        Duration every = Duration.ofMillis(Math.max(LEAST_MILLIS, millis));
        String command = words[1];
        Line line = Lines.read(command, desk.catalogue());
        if (line instanceof Line.Run run && run.entry().effect(run.rest()) != Effect.READ) {
            throw new UsageException(
                    "/watch repeats only what changes nothing, and '%s' does more"
                            .formatted(run.entry().words()));
        }
        String head = "every %s s: %s — Esc ends".formatted(words[0], Quoted.page(command));
        Optional<Frames> frames = seat.frames();
        return frames.isPresent()
                ? draw(frames.get(), head, command, every)
                : print(head, command, every);
    }

    private int draw(Frames frames, String head, String command, Duration every)
            throws IOException {
        return seat.run(stop -> {
            try {
                do {
                    StringWriter text = new StringWriter();
                    text.write(head + "\n\n");
                    inside(new PrintWriter(text), frames.columns()).run(command, stop);
                    if (!stop.isAsked()) {
                        frames.draw(text.toString(), seat.status());
                    }
                } while (!stop.isAsked() && stop.pause(every));
            } finally {
                frames.end();
            }
            return ExitCode.OK;
        });
    }

    /** The same, but what is printed goes there. */
    private Dispatch inside(PrintWriter text, int columns) {
        Surroundings around = parts.around();
        Terminal terminal = new Terminal(true, true, columns);
        Surroundings own =
                new Surroundings(
                        around.environment(),
                        around.in(),
                        text,
                        text,
                        new Surroundings.Place(
                                around.place().settings(),
                                around.place().adminSockets(),
                                terminal,
                                around.place().onInterrupt()));
        return dispatch.with(
                new Output(text, text, Format.TABLE, output.hasStyles(), terminal),
                new Dispatch.Parts(own, parts.commands(), parts.names(), parts.speakers()));
    }

    private int print(String head, String command, Duration every) throws IOException {
        return seat.run(stop -> {
            int code;
            do {
                if (seat.isTerminal()) {
                    output.message(head);
                }
                code = dispatch.run(command, stop);
            } while (!stop.isAsked() && stop.pause(every));
            return code == ExitCode.INTERRUPTED ? ExitCode.OK : code;
        });
    }
}
