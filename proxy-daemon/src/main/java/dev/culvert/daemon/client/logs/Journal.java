package dev.culvert.daemon.client.logs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads the journal through {@code journalctl}. */
public final class Journal {
    private final List<String> program;

    /**
     * @param program {@code journalctl}, and what stands before its own arguments
     */
    public Journal(List<String> program) {
        this.program = List.copyOf(program);
    }

    /**
     * Tells each entry, the oldest first. With {@code follow} it returns only when journalctl ends.
     *
     * @param last how many entries there are at most before the first new one
     * @return its exit code
     * @throws IOException when it cannot be started
     */
    public int read(int last, boolean follow, Consumer<JournalLine> told)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(
                List.of("--unit=culvertd", "--output=json", "--no-pager", "--lines=" + last));
        if (follow) {
            command.add("--follow");
        }
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread stop = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(stop);
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told.accept(JournalLine.of(line));
            }
            return process.waitFor();
        } finally {
            process.destroy();
            removeHook(stop);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The JVM is ending, and runs it.
        }
    }
}
