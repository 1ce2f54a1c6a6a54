package dev.culvert.daemon.client.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The keyring of the desktop, through the program {@code secret-tool} of libsecret. Blocks while
 * the desktop asks its user.
 *
 * @param environment of this process, whose {@code PATH} says where the program is
 */
public record Keyring(Map<String, String> environment) {
    private static final String PROGRAM = "secret-tool";
    private static final int MAX_BYTES = 64 * 1024;

    /** The desktop may have to ask for the password of the keyring. */
    private static final int SECONDS = 120;

    /** What a run of the program said. */
    private record Said(int code, String out) {}

    /** Whether there is one. */
    public boolean isHere() {
        return program().isPresent();
    }

    private Optional<Path> program() {
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (folder.startsWith("/")) {
                Path file = Path.of(folder, PROGRAM);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** The key of that name. */
    public String get(String name) throws KeyException {
        Said said = run("", "lookup", "service", "culvert", "context", name);
        if (said.code != 0 || said.out.isBlank()) {
            throw new KeyException(
                    "the keyring has no token '%s', or is locked: unlock it, or run culvert setup"
                                    .formatted(Quoted.word(name))
                            + " again");
        }
        return KeyReader.one(said.out, "the keyring, as " + Quoted.word(name) + ",");
    }

    /** Keeps a key under that name, in the place of an older one. */
    public void put(String name, String key) throws KeyException {
        String label = "--label=Culvert: " + name;
        Said said = run(key, "store", label, "service", "culvert", "context", name);
        if (said.code != 0) {
            throw new KeyException(
                    "the keyring did not take the token (%s ended with %d): unlock it, or keep the"
                                    .formatted(PROGRAM, said.code)
                            + " token in a file with culvert setup --key file");
        }
    }

    /* The key is written to its standard input: arguments of a process are visible to everybody. */
    private Said run(String in, String... arguments) throws KeyException {
        Path program =
                program()
                        .orElseThrow(() ->
                                new KeyException(
                                        "there is no program secret-tool in PATH, which reaches the"
                                                + " desktop's keyring: install it (Debian:"
                                                + " libsecret-tools), or keep the token in a file"
                                                + " with culvert setup --key file"));
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.command().addAll(List.of(arguments));
        builder.redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return said(builder.start(), in);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new KeyException("the keyring was not asked to its end: the command stops");
        } catch (IOException e) {
            throw new KeyException("%s cannot be used: %s".formatted(program, Quoted.message(e)));
        }
    }

    private static Said said(Process process, String in) throws IOException, InterruptedException {
        AtomicBoolean late = new AtomicBoolean();
        CompletableFuture<Void> alarm =
                CompletableFuture.runAsync(
                        () -> {
                            late.set(true);
                            process.destroyForcibly();
                        },
                        CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS));
        try {
            write(process, in);
            byte[] out = process.getInputStream().readNBytes(MAX_BYTES);
            int code = process.waitFor();
            if (late.get()) {
                throw new KeyException("the keyring did not answer within 2 minutes: unlock it");
            }
            return new Said(code, new String(out, UTF_8));
        } finally {
            alarm.cancel(false);
            process.destroyForcibly();
        }
    }

    /* A program that does not read has ended, and its exit code says why. */
    private static void write(Process process, String in) {
        try (OutputStream out = process.getOutputStream()) {
            out.write(in.getBytes(UTF_8));
        } catch (IOException _) {
            // see above
        }
    }
}
