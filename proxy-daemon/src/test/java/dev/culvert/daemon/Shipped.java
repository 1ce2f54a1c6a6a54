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

/** A program as it is shipped, a process with no environment but what it is given. */
record Shipped(Process process, BufferedReader out) implements AutoCloseable {
    static final Path DAEMON = Path.of("target/culvertd/bin/culvertd").toAbsolutePath();
    static final Path AGENT =
            Path.of("../guest-agent/target/culvert-agent/bin/culvert-agent").toAbsolutePath();

    static Shipped start(Path launcher, String... arguments) throws IOException {
        return start(Map.of(), launcher, arguments);
    }

    static Shipped start(Map<String, String> environment, Path launcher, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new Shipped(process, process.inputReader(UTF_8));
    }

    /** An agent that gives the words back, and is quiet about what is no fault. */
    static Shipped echo(String address, String... arguments) throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--listen",
                                address,
                                "--accept-from",
                                "any",
                                "--runtime",
                                "echo",
                                "--log-level",
                                "error"));
        all.addAll(List.of(arguments));
        return start(AGENT, all.toArray(String[]::new));
    }

    /** Where it listens, once it does. */
    String listening() throws IOException {
        String line = String.valueOf(out.readLine());
        assertThat(line).startsWith("listening on ");
        return line.substring("listening on ".length());
    }

    /** Keeps it from running, and from noticing anything. */
    void pause() throws IOException, InterruptedException {
        DaemonProcess.signal(process.pid(), "STOP");
    }

    void unpause() throws IOException, InterruptedException {
        DaemonProcess.signal(process.pid(), "CONT");
    }

    /** Its exit code, once it has been told to stop. */
    int stop() throws InterruptedException {
        process.toHandle().destroy();
        return exitCode();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** All that it had to complain of, once it has ended. */
    String errors() throws IOException {
        return new String(process.getErrorStream().readAllBytes(), UTF_8);
    }

    @Override
    public void close() {
        kill();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }
}
