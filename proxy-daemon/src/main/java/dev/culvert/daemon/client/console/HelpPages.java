package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code /help} and {@code ?} print. */
final class HelpPages {
    static final List<String> KEYS =
            List.of(
                    "Enter         runs a command, or sends a message to the agent in use",
                    "Tab, ↑ ↓      take and choose what the menu offers; ↑ ↓ else go through the"
                            + " history",
                    "Shift+Tab     changes the mode: read, plan, apply",
                    "Esc, Ctrl-C   stop what runs; at the prompt, Ctrl-C drops the line",
                    "Ctrl-R        searches the history",
                    "Ctrl-D        ends the console",
                    "\\ at the end  continues the line; a paste is one entry",
                    "/ commands    ! the shell    \\ to the agent    @ a file    $_ the last"
                            + " result");

    private HelpPages() {}

    static void keys(Output output) {
        KEYS.forEach(output::line);
    }

    static void one(Output output, OwnCommand own) {
        output.line("/%s %s".formatted(own.label(), own.arguments()).strip());
        output.line("  " + own.summary() + ".");
    }

    /** All commands, below their headings. */
    static void all(Output output, Catalogue catalogue) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (Entry entry : catalogue.entries()) {
            if (entry.effects().offered() && !Lines.ELSEWHERE.contains(entry.words())) {
                groups.computeIfAbsent(entry.group(), _ -> new ArrayList<>())
                        .add(row(output, "/" + entry.words(), entry.summary()));
            }
        }
        groups.forEach((group, rows) -> {
            output.line(output.toned(Tone.STRONG, group));
            rows.forEach(output::line);
        });
        output.line(output.toned(Tone.STRONG, OwnCommand.GROUP));
        for (OwnCommand own : OwnCommand.values()) {
            output.line(row(output, "/" + own.label(), own.summary()));
        }
        output.line("");
        output.line(
                "A line that begins with a command needs no slash; everything else goes to the"
                        + " agent in use.");
    }

    private static String row(Output output, String command, String summary) {
        String row = "  %-22s %s".formatted(command, summary);
        int width = output.width();
        return row.length() <= width ? row : row.substring(0, width - 1) + "…";
    }
}
