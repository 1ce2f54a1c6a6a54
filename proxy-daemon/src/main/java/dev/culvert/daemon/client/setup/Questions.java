package dev.culvert.daemon.client.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.UsageException;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks a person at the terminal. The questions go to stderr, because stdout is for data. */
public final class Questions {
    private static final int MOST_CHARS = 64 * 1024;

    private final Surroundings around;
    private final @Nullable Console console;

    private Questions(Surroundings around, @Nullable Console console) {
        this.around = around;
        this.console = console;
    }

    /** Those of this process. */
    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
    public static Questions of(Surroundings around) {
        return new Questions(around, System.console());
    }

    /**
     * The answer, without blanks around it.
     *
     * @param otherwise for an empty answer; empty for nothing
     */
    public String ask(String question, String otherwise) throws IOException {
        say(question + (otherwise.isEmpty() ? "" : " [" + otherwise + "]") + ": ");
        String answer = line().strip();
        return answer.isEmpty() ? otherwise : answer;
    }

    /** The answer, which the terminal does not show. */
    public String secret(String question) throws IOException {
        String asked = question + " (it is not shown): ";
        if (console == null) {
            say(asked);
            return line().strip();
        }
        // Asked by the console itself: the terminal shows nothing any more when the question is
        // there to be answered.
        char[] typed = console.readPassword("%s", asked);
        return given(typed == null ? null : new String(typed)).strip();
    }

    /** Whether the answer is yes. */
    public boolean confirm(String question, boolean otherwise) throws IOException {
        while (true) {
            say(question + (otherwise ? " [Y/n]: " : " [y/N]: "));
            String answer = line().strip().toLowerCase(Locale.ROOT);
            switch (answer) {
                case "" -> {
                    return otherwise;
                }
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no" -> {
                    return false;
                }
                default -> tell("answer y or n");
            }
        }
    }

    /** Tells something between two questions. */
    public void tell(String sentence) {
        around.err().println("culvert: " + sentence);
        around.err().flush();
    }

    private void say(String text) {
        around.err().print(text);
        around.err().flush();
    }

    private String line() throws IOException {
        return given(console == null ? read(around.in()) : console.readLine());
    }

    private String given(@Nullable String line) throws UsageException {
        if (line == null) {
            around.err().println();
            throw new UsageException(
                    "nobody answers: give the answers as flags (culvert setup --help), with --yes"
                            + " for the rest");
        }
        return line;
    }

    /** Byte by byte: what comes after the line is not ours. Null at the end. */
    private static @Nullable String read(InputStream in) throws IOException {
        byte[] bytes = new byte[MOST_CHARS];
        int length = 0;
        for (int b; (b = in.read()) != '\n'; length++) {
            if (b < 0) {
                return length == 0 ? null : new String(bytes, 0, length, UTF_8);
            }
            if (length == bytes.length) {
                throw new UsageException("the answer is too long");
            }
            bytes[length] = (byte) b;
        }
        return new String(bytes, 0, length, UTF_8);
    }
}
