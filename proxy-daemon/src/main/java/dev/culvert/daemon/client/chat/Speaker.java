package dev.culvert.daemon.client.chat;

import java.io.IOException;
import java.util.Optional;

/** A session with an agent that stays open between messages. */
public final class Speaker implements AutoCloseable {
    private final Talk talk;
    private final Optional<Console> console;
    private final Stopping stopping;
    private final Screen screen;

    Speaker(Talk talk, Optional<Console> console, Stopping stopping, Screen screen) {
        this.talk = talk;
        this.console = console;
        this.stopping = stopping;
        this.screen = screen;
    }

    public String agent() {
        return talk.agent();
    }

    /** The id under which it can be resumed; empty if nothing is kept. */
    public String id() {
        return talk.isKept() ? talk.id() : "";
    }

    /** Where its tools work, as a clause. */
    public String where() {
        return talk.where();
    }

    /**
     * Says something, and prints the answer as it comes. At a terminal, Esc and Ctrl-C stop it.
     *
     * @return as the command would exit
     */
    public int say(String text) throws IOException {
        if (console.isEmpty()) {
            return answer(text);
        }
        try (Console.Watch _ = console.get().watch(stopping::stop)) {
            return answer(text);
        }
    }

    /** Stops the answer that comes now; returns when the agent has stopped. */
    public void stop() {
        stopping.stop();
    }

    private int answer(String text) throws IOException {
        if (talk.isCut()) {
            screen.mute(console.isEmpty());
            talk.goOn();
            screen.mute(false);
        }
        return talk.say(text).code();
    }

    @Override
    public void close() {
        talk.close();
    }
}
