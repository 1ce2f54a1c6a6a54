package dev.culvert.daemon.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.config.AccessLogSettings;
import dev.culvert.daemon.config.AccessLogSettings.Format;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.io.LogStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Where lines go. Used by the thread that writes them. */
interface Target {
    static Target of(AccessLogSettings settings) {
        return settings.to().equals(AccessLogSettings.STDERR)
                ? new Stderr()
                : new LogFile(Path.of(settings.to()));
    }

    String name();

    void write(RequestRecord request, Format format) throws IOException;

    void flush() throws IOException;

    void close();

    /**
     * The daemon's own log, whatever its {@code log_level}: a line has a priority in the journal,
     * and elsewhere begins with the time, unless it is JSON, which contains the time.
     */
    final class Stderr implements Target {
        @Override
        public String name() {
            return AccessLogSettings.STDERR;
        }

        @Override
        public void write(RequestRecord request, Format format) {
            String level = RequestLine.level(request);
            switch (format) {
                case LOGFMT ->
                        LogStream.entry(
                                level, level + " AccessLog - " + RequestLine.logfmt(request), true);
                case JSON -> LogStream.entry(level, RequestLine.json(request), false);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** A file of its own. Opened with the first line; only the daemon's user can read it. */
    final class LogFile implements Target {
        private static final int BUFFER_BYTES = 64 * 1024;

        private final Path file;
        private @Nullable OutputStream out;

        LogFile(Path file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public void write(RequestRecord request, Format format) throws IOException {
            String line =
                    switch (format) {
                        case LOGFMT -> RequestLine.dated(request);
                        case JSON -> RequestLine.json(request);
                    };
            OutputStream open = out;
            if (open == null) {
                open =
                        new BufferedOutputStream(
                                Files.newOutputStream(
                                        file, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                                BUFFER_BYTES);
                out = open;
            }
            try {
                open.write((line + "\n").getBytes(UTF_8));
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            OutputStream open = out;
            if (open != null) {
                try {
                    open.flush();
                } catch (IOException e) {
                    close();
                    throw e;
                }
            }
        }

        @Override
        public void close() {
            OutputStream open = out;
            out = null;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException _) {
                    // what it could not write was told when it was flushed
                }
            }
        }
    }
}
