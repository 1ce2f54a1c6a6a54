package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.testing.DefaultSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The daemon or a guest as a process, which says on its first line where it listens. */
final class Program implements AutoCloseable {
    private static final String LISTENING = "listening on ";
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Endpoint endpoint;

    /**
     * @param log takes what it writes to standard error, behind what is there
     */
    Program(List<String> command, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command));
        builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT_"));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        process = builder.start();
        try {
            BufferedReader out = process.inputReader(UTF_8);
            String line = String.valueOf(out.readLine());
            if (!line.startsWith(LISTENING)) {
                throw new AssertionError("it did not start, see " + log + ": " + line);
            }
            endpoint = Endpoint.parse(line.substring(LISTENING.length()));
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    Endpoint endpoint() {
        return endpoint;
    }

    long pid() {
        return process.pid();
    }

    void signal(String name) throws IOException {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Its exit code, once it has been told to stop. */
    int stop() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end on SIGTERM");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return process.exitValue();
    }

    /** The most memory that it ever held, in MB; 0 once it has ended. */
    long peakMegabytes() {
        return megabytes("status", "VmHWM");
    }

    /** The memory that it holds. */
    long residentMegabytes() {
        return megabytes("status", "VmRSS");
    }

    /** The same, with its share only of what other processes hold too. */
    long proportionalMegabytes() {
        return megabytes("smaps_rollup", "Pss");
    }

    /** What is on its heap once all is collected that can be. */
    long liveHeapKilobytes() throws IOException {
        diagnose("GC.run");
        String heap = diagnose("GC.heap_info");
        Matcher used = Pattern.compile("heap .*used (\\d+)K").matcher(heap);
        if (!used.find()) {
            throw new AssertionError("it does not tell its heap: " + heap);
        }
        return Long.parseLong(used.group(1));
    }

    /** Asks the JVM that it is, by this JVM's own tool. */
    private String diagnose(String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked =
                new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), command)
                        .redirectErrorStream(true)
                        .start();
        return new String(asked.getInputStream().readAllBytes(), UTF_8);
    }

    private long megabytes(String file, String line) {
        try {
            String lines = Files.readString(Path.of("/proc/" + process.pid() + "/" + file));
            Matcher value = Pattern.compile(line + ":\\s*(\\d+) kB").matcher(lines);
            return value.find() ? Long.parseLong(value.group(1)) / 1024 : 0;
        } catch (IOException _) {
            return 0;
        }
    }

    /** Ends it at once, stopped or not. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
