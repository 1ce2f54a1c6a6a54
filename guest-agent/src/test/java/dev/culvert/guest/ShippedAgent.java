package dev.culvert.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.culvert.testing.DefaultSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The shipped image as a process, with only the environment that the test gives it. */
final class ShippedAgent implements AutoCloseable {
    static final Path IMAGE = Path.of("target/culvert-agent").toAbsolutePath();
    static final Path LAUNCHER = IMAGE.resolve("bin/culvert-agent");
    private static final int PATIENCE_SECONDS = 20;

    private final Process process;
    private final BufferedReader out;
    private final CompletableFuture<String> err;

    private ShippedAgent(Process process) {
        this.process = process;
        out = process.inputReader(UTF_8);
        err = reading(() -> text(process.getErrorStream()));
    }

    static ShippedAgent start(Path launcher, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new ShippedAgent(builder.start());
    }

    /** An agent with the echo runtime that listens on TCP. */
    static ShippedAgent echo(String... arguments) throws IOException {
        return echo(LAUNCHER, Map.of(), arguments);
    }

    static ShippedAgent echo(Path launcher, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("--listen", "tcp://127.0.0.1:0"));
        all.addAll(List.of("--runtime", "echo"));
        all.addAll(List.of(arguments));
        return start(launcher, environment, all.toArray(String[]::new));
    }

    /** The classes under test as a process of their own, with the same class path as the test. */
    static ShippedAgent ofClasses(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Xshare:auto",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.culvert.guest.cli.CulvertAgent"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command));
        return new ShippedAgent(builder.start());
    }

    long pid() {
        return process.pid();
    }

    /** The next line of its standard output. */
    String line() throws Exception {
        return reading(() -> readLine(out)).get(PATIENCE_SECONDS, SECONDS);
    }

    /** Waits until the agent listens, and connects a host to it. */
    BaseHost host() throws Exception {
        return new BaseHost(port());
    }

    /** The port, from the line that says where the agent listens. */
    int port() throws Exception {
        String line = line();
        if (!line.matches("listening on tcp://127\\.0\\.0\\.1:[1-9]\\d*")) {
            throw new AssertionError("not where it listens: " + line + "\n" + processEnd());
        }
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    void terminate() {
        process.toHandle().destroy();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, SECONDS)) {
            throw new AssertionError("it still runs after " + PATIENCE_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** The rest of its standard output, after it has ended. */
    String out() {
        return text(process.getInputStream());
    }

    /** All of its standard error, after it has ended. */
    String err() throws Exception {
        return err.get(PATIENCE_SECONDS, SECONDS);
    }

    /** Ends the process, and then the processes that it started. */
    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    private String processEnd() throws Exception {
        close();
        return err();
    }

    /** Reads on a thread of its own, because a read from a process cannot be interrupted. */
    private static CompletableFuture<String> reading(Supplier<String> source) {
        return CompletableFuture.supplyAsync(
                source, task -> Thread.ofPlatform().daemon().start(task));
    }

    private static String readLine(BufferedReader reader) {
        try {
            return String.valueOf(reader.readLine());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String text(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
