package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.top.TurnRow;
import dev.culvert.daemon.client.top.TurnTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert top}. */
@Command(
        name = "top",
        description = "Shows the turns in progress and how fast they are, again and again.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The columns:",
            "  STAGE      linking: no link to the agent yet; asked: no answer yet; answering;"
                    + " stopping",
            "  EVENTS/S   since the last look; at the first look, since the turn began",
            "  UNREAD     bytes that the client has not taken; those that it takes come off when they",
            "             are half of turns.initial_credit, so that a short answer counts whole",
            "  MAY SEND   bytes of credit that the agent has left; - if it keeps to no credit",
            "  WAITS      for client: it does not read; agent: it sends nothing; link: there is"
                    + " none",
            "",
            "On a terminal it draws until Ctrl-C. In a pipe, and with --once, it looks once.",
            "With --output jsonl and without --once, each look is a line for each turn."
        })
final class TopCommand implements Verb {
    private static final View VIEW =
            View.of(
                    "turn",
                    Column.of("TURN", "turn"),
                    Column.of("STAGE", "stage"),
                    Column.number("EVENTS/S", "events_per_second"));
    private static final int USUAL_LINES = 24;
    private static final String HOME = "\u001B[H";
    private static final String REST_OF_LINE = "\u001B[K";
    private static final String REST_OF_SCREEN = "\u001B[J";

    private final Session session;

    @Option(names = "--once", description = "Looks once.")
    private boolean once;

    @Mixin private final LookFlags flags = new LookFlags();

    TopCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        AgentsCommand.require(api, flags.agent());
        Output output = session.output();
        TurnTable table = new TurnTable();
        boolean isTable = output.format() == Format.TABLE;
        boolean repeats = !once && (output.terminal().out() || output.format() == Format.JSONL);
        do {
            List<TurnRow> rows = table.look(TurnsCommand.inProgress(api, flags.agent()));
            if (isTable) {
                draw(rows, repeats);
            } else if (repeats) {
                rows.forEach(row -> output.event(row.data(), VIEW));
            } else {
                output.items(rows.stream().map(TurnRow::data).toList(), VIEW);
            }
            if (repeats) {
                try {
                    Thread.sleep(flags.interval());
                } catch (InterruptedException _) {
                    return ExitCode.INTERRUPTED;
                }
            }
        } while (repeats && !output.isBroken());
        return ExitCode.OK;
    }

    private void draw(List<TurnRow> rows, boolean over) {
        PrintWriter out = session.around().out();
        if (!over) {
            TurnTable.draw(rows, Integer.MAX_VALUE, Integer.MAX_VALUE).forEach(out::println);
        } else {
            int width = session.output().terminal().columns();
            String drawn =
                    String.join(REST_OF_LINE + "\n", TurnTable.draw(rows, width, lines() - 1));
            out.print(HOME + drawn + REST_OF_LINE + REST_OF_SCREEN);
        }
        out.flush();
    }

    private int lines() {
        String lines = session.around().environment().getOrDefault("LINES", "");
        return lines.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(lines) : USUAL_LINES;
    }
}
