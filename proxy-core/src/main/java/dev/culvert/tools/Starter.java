package dev.culvert.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts one program on a thread of its own, which is confined with it. */
final class Starter {
    private final String program;
    private final List<String> argv;
    private final List<String> variables;
    private final Processes.Open files;
    private int pid;
    private @Nullable KernelException trouble;
    private @Nullable Throwable broken;

    /**
     * @param variables each as {@code NAME=value}
     */
    Starter(String program, List<String> argv, List<String> variables, Processes.Open files) {
        this.program = program;
        this.argv = List.copyOf(argv);
        this.variables = List.copyOf(variables);
        this.files = files;
    }

    /**
     * Returns its number.
     *
     * @param writable descriptors of the directories in which it may write
     * @param network whether it may make sockets for IPv4 and IPv6
     */
    int start(List<Integer> writable, boolean network) throws KernelException {
        return start(() -> {
            Confinement.dropPrivileges();
            if (Confinement.VERSION > 0) {
                Confinement.confineFiles(writable, network);
            }
            SocketFilter.install(network);
        });
    }

    /** Returns its number. It has the rights of this process's user, and cannot get more. */
    int startUnconfined() throws KernelException {
        return start(Confinement::dropPrivileges);
    }

    /** What the thread does to itself. */
    private interface Confining {
        void confine() throws KernelException;
    }

    private int start(Confining confining) throws KernelException {
        Processes.load();
        Confinement.load();
        SocketFilter.load();
        Thread thread = Thread.ofPlatform().name("tools-start").unstarted(() -> startOn(confining));
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
        if (broken != null || pid <= 1) {
            throw new IllegalStateException("no process was started", broken);
        }
        return pid;
    }

    private void startOn(Confining confining) {
        try {
            confining.confine();
            pid = Processes.spawn(program, argv, variables, files);
        } catch (KernelException e) {
            trouble = e;
        } catch (RuntimeException | Error e) {
            broken = e; // such as a class that this thread can no longer load
        }
    }
}
