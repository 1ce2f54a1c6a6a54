package dev.culvert.guest.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** A command that is run for each request of the host. */
final class AnswerCommand {
    private static final int MOST_BYTES = 2 << 20;

    private final List<String> command;

    AnswerCommand(List<String> command) {
        this.command = List.copyOf(command);
    }

    /** Runs the command, and returns the line that answers the request. */
    String answer(LocalClient.Line request) {
        try {
            Process process =
                    process(request.subject())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            Thread input = Thread.ofVirtual().start(() -> write(process, request.data()));
            byte[] printed = process.getInputStream().readNBytes(MOST_BYTES);
            if (printed.length == MOST_BYTES) {
                process.destroy();
                return failed(request, "the command printed more than " + MOST_BYTES + " bytes");
            }
            int code = process.waitFor();
            input.join();
            return code == 0
                    ? LocalClient.line(
                            "reply",
                            request.id(),
                            "subject",
                            request.subject(),
                            LocalClient.json(trimmed(new String(printed, UTF_8))))
                    : failed(request, "the command ended with exit code " + code);
        } catch (IOException e) {
            return failed(request, "the command cannot be run: " + Quoted.message(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(request, "the program that answers is being stopped");
        }
    }

    private ProcessBuilder process(String subject) {
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().put("CULVERT_SUBJECT", subject);
        return process;
    }

    /** A command need not read what it gets. */
    private static void write(Process process, String data) {
        try (OutputStream to = process.getOutputStream()) {
            to.write((data + "\n").getBytes(UTF_8));
        } catch (IOException _) {
            // it has ended, or has closed its standard input
        }
    }

    private static String failed(LocalClient.Line request, String why) {
        return LocalClient.line("error", request.id(), "message", why, null);
    }

    private static String trimmed(String text) {
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
