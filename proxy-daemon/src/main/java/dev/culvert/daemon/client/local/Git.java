package dev.culvert.daemon.client.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code git} in a folder, with arguments that no shell has seen. It starts no hooks, no
 * editor and no signing, and fetches nothing. Filters that the repository names it would start:
 * {@link RepositoryConfig} is asked before.
 */
record Git(Path folder, Map<String, String> environment) {
    private static final List<String> ALWAYS =
            List.of(
                    "git",
                    "--literal-pathspecs",
                    "--no-pager",
                    "-c",
                    "core.hooksPath=/dev/null",
                    "-c",
                    "core.fsmonitor=false",
                    "-c",
                    "commit.gpgSign=false",
                    "-c",
                    "core.editor=false",
                    "-c",
                    "gc.auto=0",
                    "-c",
                    "maintenance.auto=false",
                    "-c",
                    "protocol.allow=never",
                    "-c",
                    "safe.bareRepository=explicit");
    private static final int SECONDS = 60;
    private static final int MOST_BYTES = 8 << 20;

    /**
     * What it said.
     *
     * @param out a character for each byte: names of files are bytes
     * @param err for people
     */
    record Said(int code, String out, String err) {
        /** What is wrong, in one line. */
        String trouble() {
            String text = err.isBlank() ? new String(out.getBytes(ISO_8859_1), UTF_8) : err;
            return Quoted.sentence(text.strip());
        }
    }

    /** Runs it to its end. */
    Said run(String... arguments) throws IOException {
        return run(List.of(), arguments);
    }

    /**
     * The same.
     *
     * @param paths what it reads, each with a NUL after it
     */
    Said run(List<String> paths, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(ALWAYS);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment()
                .keySet()
                .removeIf(name ->
                        name.startsWith("GIT_") && !name.matches("GIT_(AUTHOR|COMMITTER)_.*"));
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        builder.environment().put("GIT_NO_LAZY_FETCH", "1");
        // unlike protocol.allow, it goes before what the repository says of a single protocol
        builder.environment().put("GIT_ALLOW_PROTOCOL", "none");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Path errors = Files.createTempFile("culvert-git-", ".err");
        try {
            builder.redirectError(Redirect.to(errors.toFile()));
            return said(builder.start(), paths, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("git was interrupted", e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static Said said(Process process, List<String> paths, Path errors)
            throws IOException, InterruptedException {
        CompletableFuture<Void> alarm =
                CompletableFuture.runAsync(
                        process::destroyForcibly,
                        CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS));
        try {
            try (OutputStream in = process.getOutputStream()) {
                for (String path : paths) {
                    in.write(path.getBytes(ISO_8859_1));
                    in.write(0);
                }
            } catch (IOException _) {
                // it has ended, and its exit code says why
            }
            byte[] out = process.getInputStream().readNBytes(MOST_BYTES);
            if (out.length == MOST_BYTES) {
                throw new IOException("git says more than " + MOST_BYTES + " bytes");
            }
            int code = process.waitFor();
            byte[] err = Files.readAllBytes(errors);
            return new Said(code, new String(out, ISO_8859_1), new String(err, UTF_8));
        } finally {
            alarm.cancel(false);
            process.destroyForcibly();
        }
    }
}
