package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.chat.Console.Watch;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks at the terminal of a command that otherwise only prints; opened for the first question. */
final class Questions implements Asker, AutoCloseable {
    private final Optional<String> type;
    private final Screen screen;
    private final Stopping stopping;
    private @Nullable Console console;

    /**
     * @param type of the terminal; empty if there is none
     */
    Questions(Optional<String> type, Screen screen, Stopping stopping) {
        this.type = type;
        this.screen = screen;
        this.stopping = stopping;
    }

    @Override
    public Consent ask(Question question) {
        if (type.isEmpty()) {
            return Consent.NOBODY;
        }
        try {
            Console open = console == null ? Console.forQuestions(type.get()) : console;
            console = open;
            screen.show(question);
            try (Watch _ = open.watch(stopping::stop)) {
                return open.ask(question, stopping::isAsked);
            }
        } catch (IOException e) {
            screen.note("nobody can be asked: " + e.getMessage());
            return Consent.NOBODY;
        }
    }

    @Override
    public void close() throws IOException {
        if (console != null) {
            console.close();
        }
    }
}
