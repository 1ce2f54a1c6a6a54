package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Speaker;
import java.io.IOException;
import java.util.function.Supplier;

/** Opens sessions with agents. */
public interface Speakers {
    /**
     * Opens one.
     *
     * @param agent its id; empty for that of the session which is resumed
     * @param mode what the tools that run here may do now
     */
    Speaker open(String agent, Resumed resumed, Supplier<Mode> mode) throws IOException;
}
