package dev.culvert.daemon.client.chat;

/** What the user did at the prompt. */
sealed interface Typed {
    /** A message, maybe of several lines. */
    record Text(String text) implements Typed {}

    /** {@code /new}: a new session. */
    record New() implements Typed {}

    /** {@code /sessions}: shows those of the project. */
    record List() implements Typed {}

    /** {@code /help}. */
    record Help() implements Typed {}

    /** Ctrl-C: what was typed is dropped. */
    record Dropped() implements Typed {}

    /** Ctrl-D, {@code /quit}, or the terminal is gone. */
    record End() implements Typed {}

    /** A word after a slash that means nothing. */
    record Unknown(String word) implements Typed {}

    /** What a line means. */
    static Typed of(String line) {
        String text = line.strip();
        return switch (text) {
            case "" -> new Dropped();
            case "/new" -> new New();
            case "/sessions" -> new List();
            case "/help" -> new Help();
            case "/quit", "/exit" -> new End();
            default -> text.matches("/[a-z]+") ? new Unknown(text) : new Text(line);
        };
    }
}
