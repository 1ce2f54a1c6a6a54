package dev.culvert.daemon.client.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that runs for as long as this process. */
/* A shell of its own reads from a pipe whose other end only this process has: when it is gone, however it ended, the
 * shell stops the program. A line in the pipe says that the program has ended already. Ctrl-C at the terminal is for
 * the chat, and not for the program. */
final class Child implements AutoCloseable {
    private static final String STARTER =
            """
            trap '' INT HUP QUIT
            exec 3<&0
            { read -r over <&3 || kill -TERM $$; } > /dev/null 2>&1 &
            exec "$@" < /dev/null 3<&-
            """;
    private static final String READY = "listening on ";
    private static final Duration TO_START = Duration.ofSeconds(30);
    private static final Duration TO_STOP = Duration.ofSeconds(5);
    private static final int STEP_MILLIS = 20;
    private static final int MOST_LOG_BYTES = 16 * 1024;

    private final String name;
    private final Path log;
    private final Process process;

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts a program.
     *
     * @param name for messages
     * @param log gets what it puts out, in the place of an older one
     */
    static Child start(String name, List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", STARTER, "sh"));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        try {
            return new Child(name, log, builder.start());
        } catch (IOException e) {
            throw new IOException("%s cannot be started: %s".formatted(name, Quoted.message(e)), e);
        }
    }

    /** Waits until it says that it listens. */
    void awaitReady() throws IOException {
        long deadline = System.nanoTime() + TO_START.toNanos();
        while (said().lines().noneMatch(line -> line.startsWith(READY))) {
            if (!process.isAlive()) {
                throw new IOException(
                        "%s has stopped at once: %s (%s)".formatted(name, lastLine(), log));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "%s was not ready within %d s: %s (%s)"
                                .formatted(name, TO_START.toSeconds(), lastLine(), log));
            }
            pause();
        }
    }

    /** Throws if it has stopped. */
    void check() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("%s has stopped: %s (%s)".formatted(name, lastLine(), log));
        }
    }

    static void pause() throws IOException {
        try {
            Thread.sleep(STEP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the local agent was started", e);
        }
    }

    private String said() throws IOException {
        try (var in = Files.newInputStream(log)) {
            return new String(in.readNBytes(MOST_LOG_BYTES), UTF_8);
        }
    }

    private String lastLine() throws IOException {
        return Quoted.sentence(
                said().lines().filter(line -> !line.isBlank()).reduce("", (_, last) -> last));
    }

    long pid() {
        return process.pid();
    }

    /** Stops it, and waits until it has ended. */
    @Override
    public void close() {
        process.destroy();
        boolean interrupted = false;
        try {
            if (!process.waitFor(TO_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            interrupted = true;
        }
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write("over\n".getBytes(UTF_8));
        } catch (IOException _) {
            // nobody reads it
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
