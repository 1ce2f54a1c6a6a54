package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.DefaultSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code culvertd}, or what starts it, as a process of its own. */
final class DaemonProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private DaemonProcess(Process process) {
        this.process = process;
        out = process.inputReader(UTF_8);
    }

    /**
     * @param environment beside what this process has, of which nothing is meant for a daemon
     */
    static DaemonProcess start(Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command));
        builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT_"));
        builder.environment().put("CULVERT_ADMIN_LISTEN", "[]");
        builder.environment().putAll(environment);
        return new DaemonProcess(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    static DaemonProcess start(String... arguments) throws IOException {
        return start(Map.of(), command(List.of(), arguments));
    }

    static List<String> command(List<String> javaOptions, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        UnpackedSqlite.option()));
        command.addAll(javaOptions);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.culvert.daemon.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    long pid() {
        return process.pid();
    }

    /** What follows {@code start} on the next line that begins with it. */
    String after(String start) throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith(start)) {
            line = out.readLine();
        }
        assertThat(line).as("a line with " + start).isNotNull();
        return line.substring(start.length());
    }

    void signal(String name) throws IOException, InterruptedException {
        signal(pid(), name);
    }

    static void signal(long pid, String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor()).isZero();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Ends what it started too, but only after itself. */
    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        started.forEach(ProcessHandle::destroyForcibly);
    }
}
