package dev.culvert.process;

import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A program that runs in a process group of its own. Closing it ends the group; so does the end of
 * this process, however that happens. Safe for all threads.
 */
/*
 * The shell that becomes the program leaves a guard in its group, which waits at a pipe of which only this process has
 * the other end. PR_SET_PDEATHSIG would not do: the kernel ties it to the thread that started the program. The guard
 * belongs to the group, so the number of the group can be no other's while it signals it. It keeps the pipe of the errors
 * open, whose end is therefore that of the whole group.
 */
public final class ChildProcess implements AutoCloseable {
    /** Of util-linux and of busybox: makes the session, and with it the group. */
    private static final String SETSID = "setsid";

    /**
     * The first argument has a line for each file to remove. A program that is not there makes the
     * shell end with 127, one that cannot be run with 126.
     */
    private static final String SCRIPT =
            """
            left=$1
            shift
            exec 3<&0 < /dev/null
            {
                trap '' TERM HUP INT QUIT
                read -r _ <&3
                exec 3<&-
                kill -TERM 0
                rounds=0
                while kill -0 $$ && [ $rounds -lt 20 ]; do
                    sleep 0.1
                    rounds=$((rounds + 1))
                done
                IFS='
            '
                set -f
                [ -z "$left" ] || rm -f -- $left
                kill -KILL 0
            } > /dev/null 4>&2 2> /dev/null &
            exec 3<&-
            exec "$@"
            """;

    private static final int PIECE_BYTES = 4_096;
    private static final long STACK_BYTES = 128 * 1024;
    private static final Duration TO_END = Duration.ofSeconds(3);

    private final Process process;
    private final Tail output;
    private final Tail errors;
    private final Thread reader;
    private final Thread errorReader;

    private ChildProcess(Process process, int mostBytes) {
        this.process = process;
        output = new Tail(mostBytes);
        errors = new Tail(mostBytes);
        reader = reader(process.getInputStream(), output);
        errorReader = reader(process.getErrorStream(), errors);
    }

    /**
     * Starts a program. Takes milliseconds, and may block: not for an event loop.
     *
     * @param onEnd called once, on a thread of its own, when the program has ended
     * @throws IOException one clause, when no program can be started
     */
    public static ChildProcess start(Launch launch, Consumer<Ended> onEnd) throws IOException {
        ChildProcess child = new ChildProcess(begin(launch), launch.mostBytes());
        child.reader.start();
        child.errorReader.start();
        thread("child-end", () -> onEnd.accept(child.await())).start();
        return child;
    }

    /**
     * Runs a program to its end. Blocks.
     *
     * @throws IOException one clause, when it cannot be started, or takes longer than that
     */
    public static Ended run(Launch launch, Duration most) throws IOException {
        try (ChildProcess child = new ChildProcess(begin(launch), launch.mostBytes())) {
            child.reader.start();
            child.errorReader.start();
            if (!child.process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "%s did not end within %d s, and was stopped"
                                .formatted(
                                        Quoted.word(launch.argv().getFirst()), most.toSeconds()));
            }
            return child.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the daemon stops", e);
        }
    }

    private static Process begin(Launch launch) throws IOException {
        List<String> command = new ArrayList<>(List.of(SETSID, "/bin/sh", "-c", SCRIPT, "sh"));
        command.add(
                launch.leftovers().stream().map(Path::toString).collect(Collectors.joining("\n")));
        command.addAll(launch.argv());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        launch.directory().map(Path::toFile).ifPresent(builder::directory);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new IOException(
                    "%s could not be started with setsid and /bin/sh: %s"
                            .formatted(
                                    Quoted.word(launch.argv().getFirst()),
                                    Quoted.sentence(FileTrouble.of(e))),
                    e);
        }
    }

    private static Thread reader(InputStream from, Tail into) {
        return thread(
                "child-reader",
                () -> {
                    byte[] piece = new byte[PIECE_BYTES];
                    try (from) {
                        int length = from.read(piece);
                        while (length >= 0) {
                            into.add(piece, length);
                            length = from.read(piece);
                        }
                    } catch (IOException _) {
                        // it was ended, and the pipe with it
                    }
                });
    }

    private static Thread thread(String name, Runnable work) {
        return Thread.ofPlatform()
                .daemon()
                .name("culvert-" + name)
                .stackSize(STACK_BYTES)
                .unstarted(work);
    }

    /*
     * What it has started may hold the pipes open: the guard ends that when this process knows of the end. Whoever is told
     * of the end may make files anew that the guard removes, so the guard has to be gone.
     */
    private Ended await() {
        boolean interrupted = false;
        int status = -1;
        while (status < 0) {
            try {
                status = process.waitFor();
            } catch (InterruptedException _) {
                interrupted = true;
                end();
            }
        }
        end();
        try {
            reader.join(TO_END);
            errorReader.join(TO_END);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return new Ended(status, output.text(), errors.text());
    }

    /** Its number, which is also that of its group. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The last of what it wrote to stderr so far. */
    public String errors() {
        return errors.text();
    }

    /** How many bytes it wrote to stderr so far. */
    public long errorBytes() {
        return errors.total();
    }

    /** What it wrote to stderr after so many bytes, as far as that is kept. */
    public String errorsSince(long bytes) {
        return errors.since(bytes);
    }

    private void end() {
        try {
            process.getOutputStream().close();
        } catch (IOException _) {
            // the guard is gone, and so is what it guards
        }
    }

    /** Ends its group, without waiting for it: within three seconds nothing of it is left. */
    @Override
    public void close() {
        end();
    }
}
