package dev.culvert.daemon.client.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs programs of the user: {@code !COMMAND}, and the editor. */
final class Shell {
    /** The variable with the JSON of the last result. */
    static final String LAST = "CULVERT_LAST";

    /** Linux allows 128 KiB for one variable. */
    private static final int MOST_LAST_CHARS = 32 * 1024;

    private static final int CHARS = 4096;

    private final Surroundings around;
    private final Desk desk;

    Shell(Surroundings around, Desk desk) {
        this.around = around;
        this.desk = desk;
    }

    /** Runs a command with nothing on its stdin; what it prints is shown as it comes. */
    int run(String command, Stop stop) throws IOException {
        if (command.isEmpty()) {
            throw new UsageException("a command is missing after the exclamation mark: !ls");
        }
        ProcessBuilder builder =
                new ProcessBuilder("/bin/sh", "-c", command).redirectErrorStream(true);
        String last = desk.last().value().json();
        if (!desk.last().value().isNothing() && last.length() <= MOST_LAST_CHARS) {
            builder.environment().put(LAST, last);
        }
        Process process = builder.start();
        process.getOutputStream().close();
        stop.onStop(() -> {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        });
        Tee out = new Tee(around.out(), desk.out());
        PrintWriter printed = new PrintWriter(out);
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            char[] some = new char[CHARS];
            for (int read = lines.read(some); read >= 0; read = lines.read(some)) {
                String text = new String(some, 0, read);
                printed.print(around.place().terminal().out() ? Quoted.lines(text) : text);
                printed.flush();
            }
        } catch (IOException e) {
            if (!stop.isAsked()) {
                throw e;
            }
        }
        return await(process, stop);
    }

    private static int await(Process process, Stop stop) {
        try {
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                if (stop.isAsked()) {
                    process.destroyForcibly();
                }
            }
            return stop.isAsked() ? ExitCode.INTERRUPTED : process.exitValue();
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    /** What the user has made of a text in {@code $EDITOR}. */
    String edit(String text) throws IOException {
        String editor = editor(around.environment().get("VISUAL"));
        if (editor.isEmpty()) {
            editor = editor(around.environment().get("EDITOR"));
        }
        Path folder = Files.createTempDirectory("culvert-edit"); // for its owner alone
        Path file = folder.resolve("line.txt");
        try {
            Files.write(file, text.getBytes(UTF_8));
            Process process =
                    new ProcessBuilder(
                                    List.of(
                                            "/bin/sh",
                                            "-c",
                                            (editor.isEmpty() ? "vi" : editor) + " \"$1\"",
                                            "sh",
                                            file.toString()))
                            .inheritIO()
                            .start();
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException(
                        "the editor ended with exit code %d; set EDITOR to another one"
                                .formatted(code));
            }
            return UTF_8.decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString()
                    .stripTrailing();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return text;
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private static String editor(@Nullable String named) {
        return named == null ? "" : named.strip();
    }
}
