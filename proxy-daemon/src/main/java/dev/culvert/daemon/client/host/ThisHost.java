package dev.culvert.daemon.client.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The machine on which the command runs. */
public final class ThisHost implements Host {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Map<String, String> environment;

    /**
     * @param environment as {@code System.getenv()}
     */
    public ThisHost(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Path path(String absolute) {
        return Path.of(absolute);
    }

    @Override
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /** The one next to this command, else that of the PATH. */
    @Override
    public String daemonProgram() {
        String name = Host.super.daemonProgram();
        String home = System.getProperty("culvert.home", "");
        Stream<String> beside = Stream.of(home).filter(it -> !it.isEmpty()).map(it -> it + "/bin");
        Stream<String> path = Stream.of(environment.getOrDefault("PATH", "").split(":"));
        return Stream.concat(beside, path.filter(it -> it.startsWith("/")))
                .map(folder -> Path.of(folder, name).toAbsolutePath())
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElse(name);
    }

    @Override
    public Outcome run(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            return Outcome.notThere(String.valueOf(e.getMessage()));
        }
        // Both are read to their end, or a program that writes much would wait for ever.
        CompletableFuture<String> out = text(process.getInputStream());
        CompletableFuture<String> err = text(process.getErrorStream());
        try {
            if (process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Outcome(process.exitValue(), out.join(), err.join());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return new Outcome(
                Outcome.TOO_SLOW,
                "",
                command.getFirst() + " took over " + PATIENCE.toSeconds() + " s");
    }

    private static CompletableFuture<String> text(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (stream) {
                        byte[] bytes = stream.readNBytes(MOST_BYTES);
                        stream.skip(Long.MAX_VALUE);
                        text.complete(new String(bytes, StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.complete("");
                    }
                });
        return text;
    }
}
