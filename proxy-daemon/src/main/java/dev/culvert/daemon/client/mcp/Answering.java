package dev.culvert.daemon.client.mcp;

import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Consumer;

/** Answers the messages of a program. Safe for all threads. */
public interface Answering {
    /**
     * Takes a message and waits for all that comes back.
     *
     * @param opened gets what ends the wait when it is closed
     * @param each gets each message that comes back
     * @throws IOException also when an answer breaks off
     */
    void send(Value message, Consumer<Closeable> opened, Consumer<Value> each) throws IOException;
}
