package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.EventReader.Event;
import java.io.Closeable;

/**
 * One exchange while it goes on: what the user said, and what was answered. Each piece is kept
 * before it is shown, so that a chat that is killed can go on with it.
 */
interface Draft extends Closeable {
    /** Keeps nothing. */
    Draft NONE =
            new Draft() {
                @Override
                public void request(boolean isWhole, String key) {}

                @Override
                public void event(Event event) {}

                @Override
                public void begin(ToolCall call) {}

                @Override
                public void result(ToolAnswer answer) {}

                @Override
                public void done() {}

                @Override
                public void close() {}
            };

    /**
     * A request is about to be sent.
     *
     * @param isWhole whether it has the whole conversation; else it goes on with a turn
     * @param key by which the daemon knows it again
     */
    void request(boolean isWhole, String key);

    /** An event has come of the last request. */
    void event(Event event);

    /** A tool is about to run here. */
    void begin(ToolCall call);

    /** It has run, or will not. */
    void result(ToolAnswer answer);

    /** The session has all of it, so that it is removed. */
    void done();

    /** Leaves it as it is. */
    @Override
    void close();
}
