package dev.culvert.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that the bench has started, and the CPU and memory that it has used, from /proc. It
 * ends with the bench.
 */
final class Child implements AutoCloseable {
    private static final double TICKS_PER_SECOND = 100; // of /proc, on every Linux

    /* Counted from the field after the name in /proc/PID/stat. */
    private static final int USER = 11;
    private static final int KERNEL = 12;
    private static final Set<Child> ALIVE = ConcurrentHashMap.newKeySet();

    private static volatile boolean stopping;

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            stopping = true;
                            ALIVE.forEach(Child::close);
                        }));
    }

    private final Process process;
    private final BufferedReader out;
    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
        out = process.inputReader();
    }

    /** Its stderr goes to {@code log}; {@link #lineWith} reads its stdout. */
    static Child start(Path log, Map<String, String> environment, List<?> command)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command.stream().map(Object::toString).toList())
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Child child = new Child(builder.start(), log);
        ALIVE.add(child);
        return child;
    }

    /** Waits for the first line that starts with {@code begin}, and returns the rest of it. */
    String lineWith(String begin) throws IOException {
        String line;
        while ((line = out.readLine()) != null) {
            if (line.startsWith(begin)) {
                return line.substring(begin.length()).strip();
            }
        }
        throw new IOException(
                "the process ended before it printed a line '"
                        + begin
                        + "…': "
                        + process.info().commandLine().orElse("?")
                        + "\n"
                        + Files.readString(log));
    }

    /** Whether the bench is being stopped. Failures of its processes mean nothing then. */
    static boolean areStopping() {
        return stopping;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** CPU time: all of it, and the part in the kernel. */
    record Cpu(double seconds, double kernelSeconds) {
        Cpu minus(Cpu before) {
            return new Cpu(seconds - before.seconds, kernelSeconds - before.kernelSeconds);
        }
    }

    /** Of the process and its descendants. */
    Cpu cpu() {
        double user = tree().mapToLong(pid -> ticks(pid, USER)).sum() / TICKS_PER_SECOND;
        double kernel = tree().mapToLong(pid -> ticks(pid, KERNEL)).sum() / TICKS_PER_SECOND;
        return new Cpu(user + kernel, kernel);
    }

    double residentMib() {
        return tree().mapToLong(Child::residentKib).sum() / 1024.0;
    }

    private Stream<Long> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid);
    }

    private static long ticks(long pid, int field) {
        String stat = read(pid, "stat");
        String[] fields =
                stat.substring(stat.lastIndexOf(')') + 2)
                        .split(" ", -1); // the name may contain spaces
        return Long.parseLong(fields[field]);
    }

    private static long residentKib(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        ALIVE.remove(this);
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
