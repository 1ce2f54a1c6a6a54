package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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

    /** Runs it to its end, which may be a kill. Nothing that it started runs on. */
    String run(String program, List<String> argv, Map<String, String> environment, Grant grant)
            throws ToolException {
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        ONE.lock();
        try {
            Processes.adoptOrphans();
            Processes.Pipe pipe = Processes.pipe();
            try {
                int pid = start(program, argv, variables, pipe.in());
                Kernel.close(pipe.in());
                return new Run(pid, pipe.out(), grant).toItsEnd();
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

    /** The thread that starts it is confined with it, and so is one of its own. */
    private int start(String program, List<String> argv, List<String> variables, int output)
            throws KernelException, ToolException {
        Processes.load();
        Confinement.load();
        int work = files.descriptor(directory);
        try {
            int shared = files.descriptor(new WorkPath(List.of()));
            try {
                int scratch = Kernel.openDirectory(temporary.toString());
                try {
                    Starter starter = new Starter(program, argv, variables, work, output);
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

    /** What is started. */
    private static final class Starter {
        private final String program;
        private final List<String> argv;
        private final List<String> variables;
        private final int work;
        private final int output;
        private int pid;
        private @Nullable KernelException trouble;

        Starter(String program, List<String> argv, List<String> variables, int work, int output) {
            this.program = program;
            this.argv = argv;
            this.variables = variables;
            this.work = work;
            this.output = output;
        }

        int start(List<Integer> writable, boolean network) throws KernelException {
            Thread thread =
                    Thread.ofPlatform()
                            .name("tools-start")
                            .unstarted(() -> startConfined(writable, network));
            thread.start();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true; // it takes milliseconds, and its process must be known
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (trouble != null) {
                throw trouble;
            }
            return pid;
        }

        private void startConfined(List<Integer> writable, boolean network) {
            try {
                Confinement.dropPrivileges();
                if (Confinement.VERSION > 0) {
                    Confinement.confineFiles(writable, network);
                }
                if (!network) {
                    Confinement.closeNetwork();
                }
                pid = Processes.spawn(program, argv, variables, work, output);
            } catch (KernelException e) {
                trouble = e;
            }
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
        private long saidBytes;

        Run(int pid, int output, Grant grant) {
            this.pid = pid;
            this.output = output;
            this.grant = grant;
            timeout = grant.limits().timeout();
            deadline = System.nanoTime() + timeout.toNanos();
            most = Math.min(grant.mostOutputBytes(), grant.limits().maxOutputBytes());
        }

        String toItsEnd() throws KernelException {
            int status = -1;
            boolean late = false;
            try {
                while (status < 0 && !late && !grant.isCancelled().getAsBoolean()) {
                    take(TURN_MILLIS);
                    status = Processes.status(pid);
                    late = System.nanoTime() - deadline > 0;
                }
            } finally {
                Descendants.end(pid, status < 0);
            }
            while (take(0)) {
                // what it said before its end
            }
            return report(status, late);
        }

        /** Takes what there is. Returns whether there may be more. */
        private boolean take(int millis) throws KernelException {
            if (!Processes.awaitInput(output, millis)) {
                return false;
            }
            int count = Processes.read(output, piece);
            saidBytes += count;
            text.write(piece, 0, Math.min(count, most - text.size()));
            if (count == 0 && millis > 0) {
                pause(millis);
            }
            return count > 0;
        }

        /* It has closed its output, and runs on. */
        private static void pause(int millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private String report(int status, boolean late) {
            StringBuilder report = new StringBuilder(text.toString(UTF_8));
            if (!report.isEmpty() && report.charAt(report.length() - 1) != '\n') {
                report.append('\n');
            }
            if (saidBytes > most) {
                report.append("[it put out ").append(saidBytes).append(" bytes]\n");
            }
            if (late) {
                report.append("[it was stopped after ").append(timeout.toMillis() / 1000.0);
                return report.append(" s]").toString();
            }
            return report.append("[exit status ").append(status).append(']').toString();
        }
    }
}
