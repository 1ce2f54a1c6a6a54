package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

    private Descendants() {}

    /**
     * @param runs whether the command itself has not ended
     */
    static void end(int pid, boolean runs) {
        Processes.kill(-pid);
        if (runs) {
            Processes.kill(pid);
        }
        int own = (int) ProcessHandle.current().pid();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<Integer> left = strays(own);
            left.remove(Integer.valueOf(pid));
            boolean reaped = !runs || reap(pid);
            runs = !reaped;
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

    private static boolean reap(int pid) {
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
        List<Integer> found = new ArrayList<>();
        long session = stat(own, SESSION);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                int pid = Integer.parseInt(process.getFileName().toString());
                if (stat(pid, PARENT) == own && stat(pid, SESSION) != session) {
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
