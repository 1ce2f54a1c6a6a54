package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;

/** What a user says. */
final class Words {
    private static final String STDIN = "-";

    private Words() {}

    /**
     * The message that the arguments make.
     *
     * @param words joined by blanks; a single {@code -} reads stdin
     */
    static Value message(List<String> words, Session session) throws IOException {
        String text =
                words.equals(List.of(STDIN))
                        ? new String(session.around().in().readAllBytes(), UTF_8)
                        : String.join(" ", words);
        if (text.isBlank()) {
            throw new UsageException("the message is empty: give TEXT, or - to read it from stdin");
        }
        return Value.members("role", "user", "content", text);
    }

    /**
     * The data of a message on a subject: JSON if it is that, else a text. Null without words.
     *
     * @param words as of {@link #message}
     */
    static Value data(List<String> words, Session session) throws IOException {
        if (words.isEmpty()) {
            return Value.nothing();
        }
        String text =
                words.equals(List.of(STDIN))
                        ? new String(session.around().in().readAllBytes(), UTF_8)
                        : String.join(" ", words);
        try {
            return Value.parse(text);
        } catch (BadValueException _) {
            return Value.of(text);
        }
    }
}
