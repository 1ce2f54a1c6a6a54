package dev.culvert.daemon.client.console;

import dev.culvert.about.Spelling;
import dev.culvert.io.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Says what a line is. */
final class Lines {
    /** Names after a slash that stand for verbs. */
    static final Map<String, String> ALIASES =
            Map.of("flows", "flow", "tunnels", "tunnel", "tokens", "token", "webhook", "webhooks");

    /** Verbs that need the terminal or the process for themselves. */
    static final Set<String> ELSEWHERE = Set.of("exec", "mcp", "setup");

    /** A verb of which the console has its own. */
    static final String CHAT = "chat";

    /** The verb that runs an operation by its name. */
    private static final String CALL = "call";

    private static final int MOST_LISTED = 30;

    private static final String FORCED = "To say it to the agent, begin the line with a backslash.";

    private Lines() {}

    static Line read(String text, Catalogue catalogue) {
        String line = text.strip();
        if (line.isEmpty() || line.startsWith("#")) {
            return new Line.Nothing();
        }
        if (line.equals("?")) {
            return new Line.Own(OwnCommand.SHORTCUTS, "");
        }
        return switch (line.charAt(0)) {
            case '\\' -> new Line.Say(line.substring(1));
            case '!' -> new Line.Shell(line.substring(1).strip());
            case '/' -> slash(line.substring(1), catalogue);
            default -> word(text, line, catalogue);
        };
    }

    private static Line word(String text, String line, Catalogue catalogue) {
        String first = first(line);
        if (first.equals(CHAT)) {
            return new Line.Own(OwnCommand.CHAT, line.substring(first.length()).strip());
        }
        return catalogue.isFirst(first) ? verb(line, catalogue) : new Line.Say(text);
    }

    private static Line slash(String line, Catalogue catalogue) {
        String first = first(line);
        Optional<OwnCommand> own = OwnCommand.named(first);
        String rest = line.substring(first.length());
        if (own.isPresent()) {
            return new Line.Own(own.get(), rest.strip());
        }
        String verb = named(first, catalogue);
        if (catalogue.isFirst(first(verb))) {
            return verb(verb + rest, catalogue);
        }
        List<String> all = new ArrayList<>(catalogue.firsts());
        all.addAll(ALIASES.keySet());
        Stream.of(OwnCommand.values()).map(OwnCommand::label).forEach(all::add);
        return new Line.Wrong(
                "there is no command /%s%s /help lists them. %s"
                        .formatted(
                                Quoted.word(first),
                                Spelling.nearest(first, all)
                                        .map(it -> "; did you mean /" + it + "?")
                                        .orElse("."),
                                FORCED));
    }

    /** The words for which one after a slash stands: those of an operation, or of a verb. */
    static String named(String first, Catalogue catalogue) {
        String verb = ALIASES.getOrDefault(first, first);
        String called = CALL + " " + first;
        boolean isOperation =
                catalogue.entries().stream().anyMatch(it -> it.words().equals(called));
        return isOperation && !catalogue.isFirst(verb) ? called : verb;
    }

    private static String first(String line) {
        return line.split("\\s", 2)[0];
    }

    private static Line verb(String line, Catalogue catalogue) {
        Quotes quotes = Quotes.of(line);
        if (quotes.open() != 0) {
            return new Line.Wrong("a quote is not closed: add " + quotes.open() + " at its end");
        }
        List<String> words = quotes.words();
        String first = words.getFirst();
        if (ELSEWHERE.contains(first)) {
            return new Line.Wrong(
                    "'%s' needs the terminal for itself: leave the console with /quit, or run it in"
                                    .formatted(first)
                            + " the shell with !culvert "
                            + first);
        }
        Optional<Entry> entry = catalogue.find(words);
        if (entry.isPresent() && !isMisspelt(entry.get(), words, catalogue)) {
            int length = entry.get().length();
            return new Line.Run(entry.get(), words.subList(length, words.size()));
        }
        String next = words.size() > 1 ? words.get(1) : "";
        List<String> nexts = catalogue.nexts(first);
        String instead =
                Spelling.nearest(next, nexts)
                        .map("; did you mean %s?"::formatted)
                        .orElseGet(() ->
                                nexts.size() > MOST_LISTED
                                        ? "."
                                        : ": there is " + String.join(", ", nexts) + ".");
        return new Line.Wrong(
                next.isEmpty()
                        ? "'%s' needs a second word: %s".formatted(first, String.join(", ", nexts))
                        : "there is no '%s %s'%s %s"
                                .formatted(first, Quoted.word(next), instead, FORCED));
    }

    /** Whether the word after those of a list of verbs is none of them. */
    private static boolean isMisspelt(Entry entry, List<String> words, Catalogue catalogue) {
        return words.size() > entry.length()
                && (entry.arguments().isEmpty()
                        || (entry.words().equals(CALL) && catalogue.isComplete()))
                && !words.get(entry.length()).startsWith("-")
                && !catalogue.nexts(entry.words()).isEmpty();
    }
}
