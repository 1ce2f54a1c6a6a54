package dev.culvert.daemon.client.chat;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.value.Value;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Says what a call does, for a person: on one line, quoted. A backslash is doubled, so that nothing
 * that is escaped looks like anything that was written out. JSON is unambiguous as it is.
 */
final class What {
    private static final int MOST_CHARS = 2_000;

    private What() {}

    /** Of a call that is to be confirmed: nothing is left out. */
    static String of(ToolCall call, Action action) {
        return switch (action) {
            case Action.Command command ->
                    "run %s%s%s%s"
                            .formatted(
                                    words(command.argv()),
                                    in(command),
                                    command.network() ? " with the network" : "",
                                    isOfTheProject(call)
                                            ? " and the arguments " + arguments(call)
                                            : "");
            case Action.File file ->
                    "%s %s (%s)%s"
                            .formatted(
                                    switch (file.access()) {
                                        case READ -> "read";
                                        case WRITE -> "write";
                                        case LIST -> "list";
                                    },
                                    oneLine(file.path()),
                                    file.tool(),
                                    isSearch(call) ? " with the arguments " + arguments(call) : "");
            case Action.Tool _ -> "call " + Quoted.word(call.tool()) + " " + arguments(call);
        };
    }

    private static boolean isSearch(ToolCall call) {
        return call.tool().equals("search_files");
    }

    /** Whether it is only the same call if all of its arguments are the same. */
    static boolean isByItsArguments(ToolCall call, Action action) {
        return switch (action) {
            case Action.Command _ -> isOfTheProject(call);
            case Action.File _ -> isSearch(call);
            case Action.Tool _ -> true;
        };
    }

    private static String in(Action.Command command) {
        String folder = command.workingDirectory().toString();
        return folder.isEmpty() || folder.equals(".") ? "" : " in " + oneLine(folder);
    }

    /** Whether its program is a tool of the project, which reads its arguments. */
    private static boolean isOfTheProject(ToolCall call) {
        return !call.tool().equals("run_command");
    }

    /** What "always" means for it. */
    static String always(ToolCall call, Action action) {
        if (isByItsArguments(call, action)) {
            return "always with these arguments";
        }
        return switch (action) {
            case Action.File file -> "always %s on this file".formatted(Quoted.word(file.tool()));
            case Action.Command _, Action.Tool _ -> "always this command";
        };
    }

    /** Of any call: its tool and its arguments, cut. */
    static String of(ToolCall call) {
        return Quoted.word(call.tool()) + " " + Quoted.cut(call.argumentsText(), MOST_CHARS);
    }

    /** The first line of a result, and how much more there is. */
    static String of(ToolAnswer answer) {
        return (answer.ok() ? "ok: " : "failed: ") + shortly(answer.text());
    }

    /** The same for the payload of a {@code tool_result}. */
    static String ofResult(Value data) {
        return data.text("ok").equals("true")
                ? "ok: " + shortly(data.text("result"))
                : "failed: " + shortly(data.text("error"));
    }

    private static String shortly(String text) {
        long lines = text.lines().count();
        String first = Quoted.cut(text.lines().findFirst().orElse(""), 200);
        return lines <= 1 ? first : "%s … (%d lines)".formatted(first, lines);
    }

    /* A word with a blank in it must not look like two. */
    private static String words(List<String> argv) {
        return argv.stream()
                .map(word ->
                        word.matches("[\\w@%+=:,./-]+")
                                ? word
                                : "'" + oneLine(word).replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    /** Whole, on one line. */
    private static String oneLine(String text) {
        return whole(text.replace("\\", "\\\\"));
    }

    private static String arguments(ToolCall call) {
        return whole(call.argumentsText());
    }

    private static String whole(String text) {
        return Quoted.cut(text, Math.max(MOST_CHARS, 7 * text.length()));
    }
}
