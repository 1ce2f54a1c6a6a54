package dev.culvert.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Stream;

/** How long the daemon's event loops were ready to run but had no CPU, as counted by the kernel. */
final class LoopWaits {
    /** The prefix of their thread names. */
    private static final String LOOP = "culvertd-";

    private final List<Path> loops = new ArrayList<>();

    LoopWaits(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).startsWith(LOOP)) {
                    loops.add(thread.resolve("schedstat"));
                }
            }
        }
    }

    /**
     * For each loop since its start, in nanoseconds; 0 if the kernel does not count, or the loop is
     * gone.
     */
    long[] now() {
        return loops.stream().mapToLong(LoopWaits::waitedNanos).toArray();
    }

    private static long waitedNanos(Path schedstat) {
        try {
            Scanner times = new Scanner(Files.readString(schedstat));
            times.nextLong(); // time on the CPU
            return times.nextLong();
        } catch (IOException _) {
            return 0;
        }
    }

    /** The longest wait of a loop between two calls of {@link #now}. */
    static long most(long[] from, long[] to) {
        long most = 0;
        for (int i = 0; i < to.length; i++) {
            most = Math.max(most, to[i] - from[i]);
        }
        return most;
    }
}
