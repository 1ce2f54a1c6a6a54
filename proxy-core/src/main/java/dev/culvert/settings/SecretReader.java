package dev.culvert.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.about.Units;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.SecretSource.FromCommand;
import dev.culvert.settings.SecretSource.FromCredential;
import dev.culvert.settings.SecretSource.FromFile;
import dev.culvert.settings.SecretSource.FromVariable;
import dev.culvert.settings.SecretSource.Plain;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes secrets from their sources. Blocks. No message contains what a source says: a command that
 * fails may have printed the secret before.
 */
final class SecretReader {
    /** The largest secret. */
    static final int MAX_BYTES = 64 * 1024;

    /** How long a command may take. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final String CREDENTIALS = "CREDENTIALS_DIRECTORY";

    private final Map<String, String> environment;
    private final Duration timeout;

    SecretReader(Map<String, String> environment) {
        this(environment, TIMEOUT);
    }

    SecretReader(Map<String, String> environment, Duration timeout) {
        this.environment = Map.copyOf(environment);
        this.timeout = timeout;
    }

    /**
     * The secret, without a line break at its end.
     *
     * @throws IOException one sentence that names the source, when there is no secret
     */
    SecretText read(SecretSource source) throws IOException {
        String text =
                switch (source) {
                    case FromFile(Path path) -> file(source, path);
                    case FromCredential(String name) -> file(source, credential(name));
                    case FromVariable(String name) -> variable(name);
                    case FromCommand command -> output(command);
                    case Plain(SecretText secret) -> secret.reveal();
                };
        int end = text.endsWith("\n") ? text.length() - 1 : text.length();
        end = end > 0 && text.charAt(end - 1) == '\r' ? end - 1 : end;
        if (end == 0) {
            throw new IOException(source + " is empty: put the secret there");
        }
        return new SecretText(text.substring(0, end));
    }

    private static String file(SecretSource source, Path path) throws IOException {
        if (source instanceof FromFile && OwnerOnly.isOpenToOthers(path) && Files.exists(path)) {
            throw new IOException(
                    "%s can be read by every user: run 'chmod o-r %s'".formatted(source, path));
        }
        try (InputStream in = Files.newInputStream(path)) {
            return text(source, in);
        } catch (SecretException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("%s cannot be read: %s".formatted(source, FileTrouble.why(e)), e);
        }
    }

    private Path credential(String name) throws IOException {
        String directory = environment.get(CREDENTIALS);
        if (directory == null) {
            throw new IOException(
                    "the credential %s is not there, because systemd gave the service none: add"
                                    .formatted(name)
                            + " LoadCredential=%s:PATH to the unit (systemctl edit culvertd)"
                                    .formatted(name));
        }
        return Path.of(directory, name);
    }

    private String variable(String name) throws IOException {
        String text = environment.get(name);
        if (text == null) {
            throw new IOException(
                    "the environment variable " + name + " is not set: set it for the daemon");
        }
        return text;
    }

    private String output(FromCommand command) throws IOException {
        Process process = start(command);
        AtomicBoolean late = new AtomicBoolean(); // set before the kill, so before its exit code
        CompletableFuture<Void> alarm =
                CompletableFuture.runAsync(
                        () -> {
                            late.set(true);
                            kill(process);
                        },
                        CompletableFuture.delayedExecutor(
                                timeout.toMillis(), TimeUnit.MILLISECONDS));
        try (InputStream in = process.getInputStream()) {
            String text = text(command, in);
            int code = process.waitFor();
            if (late.get()) {
                throw new SecretException(
                        "%s took longer than %s and was stopped"
                                .formatted(command, Units.text(timeout)));
            }
            if (code != 0) {
                throw new SecretException(
                        "%s ended with %d: run it as the user of the daemon to see why"
                                .formatted(command, code));
            }
            return text;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SecretException(command + " was stopped, because the daemon stops");
        } finally {
            alarm.cancel(false);
            kill(process);
        }
    }

    private Process start(FromCommand command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.command());
        builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException _) {
            throw new SecretException(
                    command + " cannot be started: check that it exists and is executable");
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String text(SecretSource source, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new SecretException(
                    "%s has more than %s, which is the most for a secret"
                            .formatted(source, Units.text(MAX_BYTES)));
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new SecretException(source + " gives bytes that are not UTF-8");
        }
    }

    /** Says already what is wrong. */
    private static final class SecretException extends IOException {
        private static final long serialVersionUID = 1L;

        SecretException(String sentence) {
            super(sentence);
        }
    }
}
