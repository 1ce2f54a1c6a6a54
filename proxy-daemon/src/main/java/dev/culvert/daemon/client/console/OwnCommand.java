package dev.culvert.daemon.client.console;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the console does itself; everything else is a verb of {@code culvert}. */
enum OwnCommand {
    HELP("[COMMAND]", "Lists the commands, or describes one"),
    SHORTCUTS("", "Shows the keys, as ? does"),
    USE("[AGENT]", "Chooses the agent that gets what is no command, or shows it"),
    CHAT("AGENT [TEXT…]", "Uses an agent, and says something to it"),
    RESUME("[SESSION]", "Goes on with the last session with an agent, or with this one"),
    MODE("[read|plan|apply]", "Shows or changes what commands and agents may do"),
    DEBUG("on [AREA] [TIME] | off", "Shows more or less of the daemon's log"),
    REPORT_ISSUE("[TEXT…]", "Writes a bug report without secrets"),
    WATCH("SECONDS COMMAND…", "Runs a command again and again"),
    OUT("[FILE|off]", "Writes what commands print to a file, too"),
    TIMING("[on|off]", "Shows how long commands take"),
    RERUN("[NUMBER]", "Runs the last command again, or the one so many before it"),
    EDIT("[TEXT…]", "Writes the next line in $EDITOR"),
    CLEAR("", "Clears the screen"),
    QUIT("", "Ends the console");

    /** Under which they are listed. */
    static final String GROUP = "Console";

    private final String arguments;
    private final String summary;

    OwnCommand(String arguments, String summary) {
        this.arguments = arguments;
        this.summary = summary;
    }

    /** That of a word without its slash. */
    static Optional<OwnCommand> named(String word) {
        String name = word.equals("exit") ? "quit" : word;
        return Stream.of(values()).filter(it -> it.label().equals(name)).findAny();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String arguments() {
        return arguments;
    }

    String summary() {
        return summary;
    }

    /** Whether it needs somebody at a terminal. */
    boolean needsTerminal() {
        return switch (this) {
            case SHORTCUTS, RERUN, EDIT, CLEAR -> true;
            case HELP, USE, CHAT, RESUME, MODE, DEBUG, REPORT_ISSUE, WATCH, OUT, TIMING, QUIT ->
                    false;
        };
    }
}
