package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One run of a program. */
/* One at a time in a process: whatever loses its parent becomes a child of the agent, and belongs to the one that runs. */
final class Command {
    private static final ReentrantLock ONE = new ReentrantLock(true);
    private static final int TURN_MILLIS = 50;
    private static final int PIECE_BYTES = 16 << 10;

    private final WorkTree files;
    private final WorkPath directory;
    private final Path temporary;
    private final boolean network;

    Command(WorkTree files, WorkPath directory, Path temporary, boolean network) {
        this.files = files;
        this.directory = directory;
        this.temporary = temporary;
        this.network = network;
    }

    /**
     * Runs it to its end, which may be a kill. Nothing that it started runs on.
     *
     * @param input the path of the file that it reads
     */
    ProgramEnd run(
            String program,
            List<String> argv,
            Map<String, String> environment,
            String input,
            Grant grant)
            throws ToolException {
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        awaitTurn(grant);
        try {
            Processes.adoptOrphans();
            Processes.Pipe pipe = Processes.pipe();
            try (Guard guard = Guard.start(variables)) {
                int pid;
                try {
                    if (!grant.caller().begin()) {
                        throw notBegun();
                    }
                    pid = start(program, argv, variables, input, pipe.in());
                    guard.watch(pid);
                } finally {
                    Kernel.close(pipe.in());
                }
                return new Run(pid, pipe.out(), grant).toItsEnd(guard);
            } finally {
                Kernel.close(pipe.out());
            }
        } catch (KernelException e) {
            throw new ToolException(
                    "'" + Quoted.word(argv.getFirst()) + "' " + Errno.clause(e.errno()), e);
        } finally {
            ONE.unlock();
        }
    }

    /** Returns with the lock. */
    private static void awaitTurn(Grant grant) throws ToolException {
        grant.caller().onWait();
        try {
            while (!ONE.tryLock(TURN_MILLIS, TimeUnit.MILLISECONDS)) {
                if (grant.isCancelled()) {
                    throw notBegun();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notBegun();
        }
    }

    private static ToolException notBegun() {
        return new ToolException("the command was not begun, because its call was cancelled");
    }

    /** The thread that starts it is confined with it, and so is one of its own. */
    private int start(
            String program, List<String> argv, List<String> variables, String input, int output)
            throws KernelException, ToolException {
        int work = files.descriptor(directory);
        try {
            int shared = files.descriptor(new WorkPath(List.of()));
            try {
                int scratch = Kernel.openDirectory(temporary.toString());
                try {
                    Starter starter =
                            new Starter(
                                    program,
                                    argv,
                                    variables,
                                    new Processes.Open(work, input, output));
                    return starter.start(List.of(shared, scratch), network);
                } finally {
                    Kernel.close(scratch);
                }
            } finally {
                Kernel.close(shared);
            }
        } finally {
            Kernel.close(work);
        }
    }

    /** A program that runs. */
    private static final class Run {
        private final int pid;
        private final int output;
        private final Grant grant;
        private final long deadline;
        private final Duration timeout;
        private final int most;
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private final byte[] piece = new byte[PIECE_BYTES];
        private final OutputPieces pieces = new OutputPieces();
        private long saidBytes;

        Run(int pid, int output, Grant grant) {
            this.pid = pid;
            this.output = output;
            this.grant = grant;
            timeout = grant.limits().timeout();
            deadline = System.nanoTime() + timeout.toNanos();
            most = Math.min(grant.mostOutputBytes(), grant.limits().maxOutputBytes());
        }

        ProgramEnd toItsEnd(Guard guard) throws KernelException {
            int status = -1;
            boolean late = false;
            try {
                while (status < 0 && !late && !grant.isCancelled()) {
                    take(TURN_MILLIS);
                    status = Processes.status(pid);
                    late = System.nanoTime() - deadline > 0;
                    guard.look();
                }
            } finally {
                Descendants.end(pid, status < 0, guard.pid());
            }
            while (take(0)) {
                // what it said before its end
            }
            return end(status, late);
        }

        /** Takes what there is. Returns whether there may be more. */
        private boolean take(int millis) throws KernelException {
            if (!Processes.awaitInput(output, millis)) {
                return false;
            }
            int count = Processes.read(output, piece);
            saidBytes += count;
            int kept = Math.min(count, most - text.size());
            text.write(piece, 0, kept);
            tell(kept);
            if (count == 0 && millis > 0) {
                pause(millis);
            }
            return count > 0;
        }

        private void tell(int count) {
            String more = pieces.next(piece, count);
            if (!more.isEmpty()) {
                grant.output().accept(more);
            }
        }

        /* It has closed its output, and runs on. */
        private static void pause(int millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private ProgramEnd end(int status, boolean late) {
            return new ProgramEnd(
                    status, late, status < 0 && !late, text.toString(UTF_8), saidBytes, timeout);
        }
    }
}
