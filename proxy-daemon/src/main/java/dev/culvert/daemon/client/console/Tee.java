package dev.culvert.daemon.client.console;

import java.io.IOException;
import java.io.Writer;
import java.util.Optional;

/**
 * Where a command prints: at the console, and to the file of {@code /out} without styles. It can be
 * shut, so that a command which does not stop prints no more. Safe for all threads.
 */
final class Tee extends Writer {
    private static final String STYLES = "\u001B\\[[0-9;?]*[A-Za-z]";

    private final Writer shown;
    private final Optional<Writer> file;
    private boolean shut;

    Tee(Writer shown, Optional<Writer> file) {
        this.shown = shown;
        this.file = file;
    }

    @Override
    public void write(char[] chars, int from, int length) throws IOException {
        synchronized (lock) {
            if (shut) {
                return;
            }
            shown.write(chars, from, length);
            if (file.isPresent()) {
                file.get().write(new String(chars, from, length).replaceAll(STYLES, ""));
            }
        }
    }

    @Override
    public void flush() throws IOException {
        synchronized (lock) {
            if (shut) {
                return;
            }
            shown.flush();
            if (file.isPresent()) {
                file.get().flush();
            }
        }
    }

    /** Nothing is printed any more. */
    void shut() {
        synchronized (lock) {
            shut = true;
        }
    }

    @Override
    public void close() {
        shut();
    }
}
