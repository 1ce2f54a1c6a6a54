package dev.culvert.daemon.client.command;

import java.io.IOException;
import java.util.concurrent.Callable;

/** Something that the command can do. */
public interface Verb extends Callable<Integer> {

    /**
     * Returns the exit code.
     *
     * @throws IOException if it could not be done; the user sees the message and the exit code of
     *     {@link dev.culvert.daemon.client.ExitCode#of}
     */
    int run() throws IOException;

    @Override
    default Integer call() throws IOException {
        return run();
    }
}
