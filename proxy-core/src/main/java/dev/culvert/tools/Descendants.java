package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Ends what a command has started and left behind. */
/*
 * The group of the command is killed at once, which ends a fork bomb too. What has made a session of its own loses its
 * parent then, and becomes a child of this process, which is its subreaper: so it is found, and killed, and what it
 * had started is found in the next round. Children of this process that are in its own session are not of a command.
 */
final class Descendants {
    private static final int MOST_ROUNDS = 200;
    private static final int CHECK_MILLIS = 5;
    private static final int PARENT = 1;
    private static final int SESSION = 3;

    /**
     * Held while somebody looks for what a command has left behind, and while something is started
     * that is not of a command.
     */
    static final Object LOOKING = new Object();

    /** The numbers of what is not of a command, which are those of its sessions. */
    private static final Set<Long> KEPT = new HashSet<>();

    private Descendants() {}

    /** No command owns this child, nor what belongs to its session. Called under the lock. */
    static void keep(long child) {
        KEPT.add(child);
    }

    /** The child has ended. */
    static void forget(long child) {
        synchronized (LOOKING) {
            KEPT.remove(child);
        }
    }

    /**
     * Ends such a child, what belongs to its session, and what descends from it.
     *
     * @param reaped whether it has ended by itself, so that its number may be another's now
     */
    static void endServer(int pid, boolean reaped) {
        if (pid <= 1) {
            throw new IllegalArgumentException("process " + pid + " is not of a server");
        }
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<Integer> left = family(pid, reaped);
            for (int each : left) {
                Processes.kill(each);
                reap(each);
            }
            if (left.isEmpty()) {
                break;
            }
            pause();
        }
        forget(pid);
    }

    /* A child may come before its parent in /proc: what is new in a round brings more in the next. */
    private static List<Integer> family(int pid, boolean reaped) {
        List<Integer> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : files) {
                int each = Integer.parseInt(process.getFileName().toString());
                long parent = stat(each, PARENT);
                if (stat(each, SESSION) == pid
                        || (!reaped && (each == pid || parent == pid))
                        || all.contains((int) parent)) {
                    all.add(each);
                }
            }
        } catch (IOException | RuntimeException _) {
            // without /proc, nothing more is known
        }
        return all;
    }

    /**
     * Ends what is left of a command.
     *
     * @param runs whether the command itself has not ended
     * @param guard the number of its guard, which stays
     */
    static void end(int pid, boolean runs, int guard) {
        Processes.kill(-pid);
        if (runs) {
            Processes.kill(pid);
        }
        int own = (int) ProcessHandle.current().pid();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean reaped = !runs || reap(pid);
            runs = !reaped;
            // after it, whose children become those of this process when it ends
            List<Integer> left = strays(own);
            left.remove(Integer.valueOf(pid));
            left.remove(Integer.valueOf(guard));
            for (int child : left) {
                Processes.kill(-child);
                Processes.kill(child);
                reap(child);
            }
            if (left.isEmpty() && reaped) {
                return;
            }
            pause();
        }
    }

    /** The sessions of all that a command has started, but for the guard's. */
    static List<Long> sessions(int guard) {
        return strays((int) ProcessHandle.current().pid()).stream()
                .filter(pid -> pid != guard)
                .map(pid -> stat(pid, SESSION))
                .filter(session -> session > 0)
                .distinct()
                .toList();
    }

    /** Whether this child has ended; it is forgotten then. */
    static boolean reap(int pid) {
        try {
            return Processes.status(pid) >= 0;
        } catch (KernelException _) {
            return true; // it was no child, or is none any more
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CHECK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Children of this process that are in another session. */
    private static List<Integer> strays(int own) {
        synchronized (LOOKING) {
            return strays(own, stat(own, SESSION));
        }
    }

    private static List<Integer> strays(int own, long session) {
        List<Integer> found = new ArrayList<>();
        if (session < 0) {
            return found; // without /proc, the group is all that is known
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                int pid = Integer.parseInt(process.getFileName().toString());
                long its = stat(pid, SESSION);
                if (stat(pid, PARENT) == own && its != session && !KEPT.contains(its)) {
                    found.add(pid);
                }
            }
        } catch (IOException | RuntimeException _) {
            // without /proc, the group is all that is known
        }
        return found;
    }

    /** After the name, which is in brackets and may contain anything. */
    private static long stat(int pid, int field) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[field]);
        } catch (IOException | RuntimeException _) {
            return -1; // it has ended
        }
    }
}
