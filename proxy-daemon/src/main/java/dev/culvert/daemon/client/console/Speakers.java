package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Speaker;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Opens sessions with agents. */
public interface Speakers {
    /**
     * Opens one.
     *
     * @param agent its id; empty for that of the session which is resumed
     * @param mayChange whether the tools that run here may change something now
     */
    Speaker open(String agent, Resumed resumed, BooleanSupplier mayChange) throws IOException;
}
