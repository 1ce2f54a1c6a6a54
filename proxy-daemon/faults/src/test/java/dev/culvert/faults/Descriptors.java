package dev.culvert.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files and sockets a process may have open. */
final class Descriptors {
    private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files +(\\d+|unlimited)");

    private Descriptors() {}

    /** Fails with what to do if this process, and those that it starts, may have fewer. */
    static void require(int count) throws IOException {
        long limit = limit();
        if (limit < count) {
            throw new AssertionError(
                    "This process may have %d files open, and the scene needs %d sockets in it and as many in the daemon. Run it after 'ulimit -n %d'; if the shell refuses that, raise the hard limit first (/etc/security/limits.conf, or docker run --ulimit nofile=%d)."
                            .formatted(limit, count, count, count));
        }
    }

    /** The soft limit; a JVM raises it to the hard one when it starts. */
    private static long limit() throws IOException {
        Matcher limit = LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
        return !limit.find() || limit.group(1).equals("unlimited")
                ? Long.MAX_VALUE
                : Long.parseLong(limit.group(1));
    }
}
