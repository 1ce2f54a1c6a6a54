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

/** The shipped image as a process, with no environment but what it is given. */
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

    /** One that echoes on TCP. */
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

    long pid() {
        return process.pid();
    }

    /** The next line on its standard output. */
    String line() throws Exception {
        return reading(() -> readLine(out)).get(PATIENCE_SECONDS, SECONDS);
    }

    /** A host that is connected to it, once it listens. */
    BaseHost host() throws Exception {
        return new BaseHost(port());
    }

    /** From the line with which it says that it listens. */
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

    /** What is left of its standard output, once it has ended. */
    String out() {
        return text(process.getInputStream());
    }

    /** All of its standard error, once it has ended. */
    String err() throws Exception {
        return err.get(PATIENCE_SECONDS, SECONDS);
    }

    /** Ends what it started too, but only after itself. */
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

    /** On a thread of its own, for a read from a process cannot be interrupted. */
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
