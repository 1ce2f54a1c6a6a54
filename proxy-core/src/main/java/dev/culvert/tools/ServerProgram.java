package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A program that runs for as long as it is used, and is spoken to over its stdin and stdout. It
 * ends when it is closed, and when this process ends, however that happens; so does what it has
 * started. One thread reads it; any may write and close it.
 */
public final class ServerProgram implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 1_000;
    private static final int MOST_WRITE_ROUNDS = 5;
    private static final int PIPE_BYTES = 4_096;
    private static final int TAIL_BYTES = 512;
    private static final long TO_END_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int RUNS = -1;
    private static final int BROKEN_PIPE = 32;

    /**
     * What to start.
     *
     * @param argv the program and its arguments
     * @param environment what it gets besides what a command gets
     * @param network whether it has the network, if it is confined
     */
    public record Launch(List<String> argv, Map<String, String> environment, boolean network) {
        public Launch {
            argv = List.copyOf(argv);
            environment = Map.copyOf(environment);
        }
    }

    private final int pid;
    private final Guard guard;
    private final Path temporary;
    private final int input;
    private final int output;
    private final int errors;

    /** Held while the descriptors are used that are read. */
    private final ReentrantLock reading = new ReentrantLock();

    private byte[] said = {};
    private boolean errorsOver;
    private int status = RUNS;
    private volatile boolean closed;
    private boolean inputClosed;

    private ServerProgram(
            Guarded started, Path temporary, Processes.Pipe in, List<Processes.Pipe> outs) {
        pid = started.pid();
        guard = started.guard();
        this.temporary = temporary;
        input = in.in();
        output = outs.getFirst().out();
        errors = outs.getLast().out();
    }

    /**
     * Starts a program in a directory.
     *
     * @param environment of this process, of which it gets what a command gets
     */
    public static ServerProgram start(
            Launch launch, WorkTree files, Servers servers, Map<String, String> environment)
            throws ToolException {
        if (!files.isForPrograms()) {
            throw new ToolException(Support.NO_PROGRAMS);
        }
        if (servers == Servers.CONFINED && Confinement.VERSION == 0) {
            throw new ToolException("the kernel has no Landlock, which could confine it");
        }
        if (servers == Servers.CONFINED && !Seccomp.isHere()) {
            throw new ToolException(
                    "the kernel has no seccomp (CONFIG_SECCOMP_FILTER), without which nothing can"
                            + " close the network for it");
        }
        Path temporary = temporary();
        boolean started = false;
        try {
            Map<String, String> variables =
                    new TreeMap<>(
                            CommandEnvironment.of(
                                    environment,
                                    Limits.DEFAULT,
                                    files.place(),
                                    temporary.toString()));
            variables.putAll(launch.environment());
            ServerProgram program = start(launch, files, servers, temporary, variables);
            started = true;
            return program;
        } catch (KernelException e) {
            throw new ToolException(
                    "'" + Quoted.word(launch.argv().getFirst()) + "' " + Errno.clause(e.errno()),
                    e);
        } finally {
            if (!started) {
                Trash.remove(temporary);
            }
        }
    }

    private static Path temporary() throws ToolException {
        try {
            return Files.createTempDirectory("culvert-server-");
        } catch (IOException e) {
            throw new ToolException("there is no place for its temporary files", e);
        }
    }

    private static ServerProgram start(
            Launch launch,
            WorkTree files,
            Servers servers,
            Path temporary,
            Map<String, String> variables)
            throws KernelException, ToolException {
        String path = Runner.program(launch.argv().getFirst(), variables.getOrDefault("PATH", ""));
        List<String> pairs = new ArrayList<>();
        variables.forEach((name, value) -> pairs.add(name + "=" + value));
        Processes.adoptOrphans();
        List<Processes.Pipe> pipes = new ArrayList<>();
        int work = files.descriptor(new WorkPath(List.of()));
        int scratch = Kernel.openDirectory(temporary.toString());
        try {
            for (int i = 0; i < 3; i++) {
                pipes.add(Processes.pipe());
            }
            Processes.neverBlock(pipes.getFirst().in());
            Starter starter =
                    new Starter(
                            path,
                            launch.argv(),
                            pairs,
                            new Processes.Open(
                                    work,
                                    "",
                                    pipes.get(0).out(),
                                    pipes.get(1).in(),
                                    pipes.get(2).in()));
            List<Integer> writable =
                    servers == Servers.CONFINED ? List.of(work, scratch) : List.of();
            ServerProgram program =
                    new ServerProgram(
                            guarded(starter, pairs, writable, launch.network()),
                            temporary,
                            pipes.get(0),
                            pipes.subList(1, 3));
            Kernel.close(pipes.get(0).out());
            Kernel.close(pipes.get(1).in());
            Kernel.close(pipes.get(2).in());
            pipes.clear();
            return program;
        } finally {
            pipes.forEach(Processes.Pipe::close);
            Kernel.close(scratch);
            Kernel.close(work);
        }
    }

    /** A program, and what ends it if this process is killed. */
    private record Guarded(int pid, Guard guard) {}

    /**
     * Starts it.
     *
     * @param variables of the program
     * @param writable where it may write; empty for a program that is not confined
     */
    private static Guarded guarded(
            Starter starter, List<String> variables, List<Integer> writable, boolean network)
            throws KernelException {
        synchronized (Descendants.LOOKING) {
            Guard guard = Guard.start(variables);
            Descendants.keep(guard.pid());
            boolean started = false;
            try {
                int pid =
                        writable.isEmpty()
                                ? starter.startUnconfined()
                                : starter.start(writable, network);
                Descendants.keep(pid);
                guard.watch(pid);
                started = true;
                return new Guarded(pid, guard);
            } finally {
                if (!started) {
                    end(guard);
                }
            }
        }
    }

    private static void end(Guard guard) {
        guard.close();
        Descendants.forget(guard.pid());
    }

    /**
     * Reads what it says; blocks until it says something. Returns how many bytes, 0 after its end.
     */
    public int read(byte[] into) throws IOException {
        while (!closed) {
            reading.lock();
            try {
                int count = closed ? 0 : readOnce(into);
                if (count >= 0) {
                    return count;
                }
            } catch (KernelException e) {
                throw new IOException(Errno.clause(e.errno()), e);
            } finally {
                reading.unlock();
            }
        }
        return 0;
    }

    /** Negative if it has said nothing to read. */
    private int readOnce(byte[] into) throws KernelException {
        boolean[] ready =
                errorsOver
                        ? new boolean[] {Processes.awaitInput(output, PATIENCE_MILLIS), false}
                        : Processes.awaitInput(output, errors, PATIENCE_MILLIS);
        if (ready[1]) {
            byte[] piece = new byte[PIPE_BYTES];
            int count = Processes.read(errors, piece);
            errorsOver = count == 0;
            remember(piece, count);
        }
        if (ready[0]) {
            return Processes.read(output, into);
        }
        return ready[1] || status() == RUNS ? -1 : 0; // what it started may hold its output open
    }

    /** The last that it wrote to stderr. */
    private void remember(byte[] piece, int count) {
        byte[] all = Arrays.copyOf(said, said.length + count);
        System.arraycopy(piece, 0, all, said.length, count);
        said = Arrays.copyOfRange(all, Math.max(0, all.length - TAIL_BYTES), all.length);
    }

    /**
     * Writes all of it.
     *
     * @throws IOException if it does not read, or has ended
     */
    public synchronized void write(byte[] bytes) throws IOException {
        try {
            int done = 0;
            int rounds = 0;
            while (done < bytes.length) {
                if (inputClosed) {
                    throw new IOException("it is not used any more");
                }
                if (!Processes.awaitRoom(input, PATIENCE_MILLIS)) {
                    if (++rounds == MOST_WRITE_ROUNDS) {
                        throw new IOException("it does not read");
                    }
                } else {
                    done += Processes.write(input, bytes, done, PIPE_BYTES);
                }
            }
        } catch (KernelException e) {
            throw new IOException(
                    e.errno() == BROKEN_PIPE ? "it has ended" : Errno.clause(e.errno()), e);
        }
    }

    /** How it ended, after {@link #read} has returned 0. Completes the sentence "it …". */
    public String ending() {
        long from = System.nanoTime();
        int ended;
        while ((ended = status()) == RUNS && System.nanoTime() - from < TO_END_NANOS && !closed) {
            LockSupport.parkNanos(CHECK_NANOS);
        }
        String words = new String(said, UTF_8).strip();
        return (ended == RUNS ? "closed its output" : "ended with the status " + ended)
                + (words.isEmpty() ? "" : " and wrote: " + Quoted.sentence(words));
    }

    private synchronized int status() {
        if (status == RUNS) {
            try {
                status = Processes.status(pid);
            } catch (KernelException _) {
                status = 0; // it is not known
            }
        }
        return status;
    }

    /** Lets it end, and kills it if it does not. Blocks until nothing of it runs. */
    @Override
    public void close() {
        synchronized (this) {
            if (inputClosed) {
                return;
            }
            inputClosed = true;
            Kernel.close(input);
        }
        long from = System.nanoTime();
        while (status() == RUNS && System.nanoTime() - from < TO_END_NANOS) {
            LockSupport.parkNanos(CHECK_NANOS);
        }
        closed = true;
        Descendants.endServer(pid, status() != RUNS);
        end(guard);
        reading.lock();
        try {
            Kernel.close(output);
            Kernel.close(errors);
        } finally {
            reading.unlock();
        }
        Trash.remove(temporary);
    }
}
