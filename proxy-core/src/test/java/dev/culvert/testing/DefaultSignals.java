package dev.culvert.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts programs with the signals as a terminal would, however the tests were started. */
/*
 * Under nohup, and in the background of a script, SIGINT and SIGHUP are ignored; every child inherits that, and a
 * JVM keeps to it. A test that stops a program by SIGINT would then wait for ever.
 */
public final class DefaultSignals {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    /** Of SIGHUP and SIGINT, which are numbers 1 and 2. */
    private static final long BITS = 0b11;

    private DefaultSignals() {}

    /** The command line that runs {@code command} so. */
    public static List<String> with(List<String> command) throws IOException {
        if ((ignored() & BITS) == 0) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("env", "--default-signal=HUP,INT"));
        all.addAll(command);
        return all;
    }

    /** A bit for each signal that this process ignores. */
    private static long ignored() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(IGNORED))
                .mapToLong(line ->
                        Long.parseUnsignedLong(line.substring(IGNORED.length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }
}
