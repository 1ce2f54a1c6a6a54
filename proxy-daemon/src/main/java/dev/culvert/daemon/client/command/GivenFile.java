package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of JSON, with comments or without, that an argument names. */
final class GivenFile {
    private GivenFile() {}

    /**
     * Reads it.
     *
     * @throws UsageException if there is no such file, or it has something else
     */
    static Value read(Path file) throws UsageException {
        return parse(file.toString(), text(file));
    }

    /** The text of a file, whatever it has. */
    static String text(Path file) throws UsageException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UsageException("%s cannot be read: %s".formatted(file, FileTrouble.why(e)));
        }
    }

    /** The same for a text that was read already. */
    static Value parse(String name, String text) throws UsageException {
        try {
            return Value.parseCommented(text);
        } catch (BadValueException e) {
            throw new UsageException("%s is not JSON: %s".formatted(name, e.getMessage()));
        }
    }
}
