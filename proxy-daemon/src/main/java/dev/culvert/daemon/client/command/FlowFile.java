package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an argument names: a flow of the daemon's folder, or a file of the user.
 *
 * @param name of the flow or the file
 * @param text empty for one of the daemon's folder
 */
record FlowFile(String name, String text) {
    /** A name has neither a slash nor a dot. */
    static FlowFile of(String argument) throws UsageException {
        if (!argument.contains("/") && !argument.contains(".")) {
            return new FlowFile(argument, "");
        }
        try {
            return new FlowFile(argument, Files.readString(Path.of(argument)));
        } catch (IOException e) {
            throw new UsageException(
                    "%s cannot be read: %s".formatted(argument, FileTrouble.why(e)));
        }
    }

    boolean isOwn() {
        return !text.isEmpty();
    }
}
