package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.ExitCode;
import java.io.IOException;
import java.util.List;

/** Talks at the terminal, until the user ends it. */
final class Loop {
    private static final List<String> HELP =
            List.of(
                    "Enter sends; a backslash before it, or a paste, makes a message of several lines.",
                    "Esc or Ctrl-C stops an answer; Ctrl-C at the prompt drops what was typed.",
                    "/new begins a new session, /sessions lists those of the project,",
                    "/quit or Ctrl-D ends. The arrow keys and Ctrl-R find what was typed before.");

    private final Console console;
    private final Screen screen;
    private final Stopping stopping;
    private final Talks talks;

    /** Opens sessions. */
    interface Talks {
        /** The one that the flags say. */
        Talk first() throws IOException;

        /** A new one with the same agent. */
        Talk fresh(String agent) throws IOException;

        /** Shows those of the project. */
        void list() throws IOException;
    }

    Loop(Console console, Screen screen, Stopping stopping, Talks talks) {
        this.console = console;
        this.screen = screen;
        this.stopping = stopping;
        this.talks = talks;
    }

    int run() throws IOException {
        Talk talk = talks.first();
        screen.line(talk.where() + "; Esc stops an answer, Ctrl-D ends, /help says more");
        try {
            if (talk.isCut()) {
                goOn(talk);
            }
            while (true) {
                switch (console.line(talk.agent() + "> ")) {
                    case Typed.Text(String text) -> say(talk, text);
                    case Typed.New _ -> {
                        String agent = talk.agent();
                        talk.close();
                        talk = talks.fresh(agent);
                        screen.note("a new session");
                    }
                    case Typed.List _ -> talks.list();
                    case Typed.Help _ -> HELP.forEach(screen::line);
                    case Typed.Unknown(String word) ->
                            screen.note(
                                    "there is no %s: /help shows what there is".formatted(word));
                    case Typed.Dropped _ -> {}
                    case Typed.End _ -> {
                        return end(talk);
                    }
                }
            }
        } finally {
            talk.close();
        }
    }

    private void goOn(Talk talk) throws IOException {
        try (Console.Watch _ = console.watch(stopping::stop)) {
            talk.goOn();
        }
    }

    /* A failure ends the answer, not the session. */
    private void say(Talk talk, String text) throws IOException {
        try (Console.Watch _ = console.watch(stopping::stop)) {
            talk.say(text);
        } catch (IOException e) {
            screen.note(String.valueOf(e.getMessage()));
        }
    }

    private int end(Talk talk) {
        if (talk.isKept()) {
            screen.note("this session goes on with: culvert chat --resume " + talk.id());
        }
        return ExitCode.OK;
    }
}
