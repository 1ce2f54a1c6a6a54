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

/** The daemon or a guest as a process. Its first line says where it listens, or joins. */
final class Program implements AutoCloseable {
    private static final String LISTENING = "listening on ";
    private static final String JOINING = "joining at ";
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Endpoint endpoint;

    /**
     * @param log its standard error is appended to this file
     */
    Program(List<String> command, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command));
        builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT_"));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        process = builder.start();
        try {
            BufferedReader out = process.inputReader(UTF_8);
            String line = String.valueOf(out.readLine());
            if (!line.startsWith(LISTENING) && !line.startsWith(JOINING)) {
                throw new AssertionError("it did not start, see " + log + ": " + line);
            }
            endpoint =
                    Endpoint.parse(
                            line.substring(
                                    line.startsWith(JOINING)
                                            ? JOINING.length()
                                            : LISTENING.length()));
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

    /** Stops it and returns its exit code. */
    int stop() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("it did not end after SIGTERM");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return process.exitValue();
    }

    /** Its peak resident memory in MB; 0 after it has ended. */
    long peakMegabytes() {
        return megabytes("status", "VmHWM");
    }

    /** Its resident memory in MB. */
    long residentMegabytes() {
        return megabytes("status", "VmRSS");
    }

    /** The same, with only its share of memory that it shares with other processes. */
    long proportionalMegabytes() {
        return megabytes("smaps_rollup", "Pss");
    }

    /** The live heap: collects garbage and returns what is left. */
    long liveHeapKilobytes() throws IOException {
        diagnose("GC.run");
        String heap = diagnose("GC.heap_info");
        Matcher used = Pattern.compile("heap .*used (\\d+)K").matcher(heap);
        if (!used.find()) {
            throw new AssertionError("jcmd printed no heap size: " + heap);
        }
        return Long.parseLong(used.group(1));
    }

    /** Runs a diagnostic command in its JVM, with jcmd of this JDK. */
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

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
