package dev.culvert.daemon.client.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What may come next in a line.
 *
 * @param start where in the line the word begins that an item replaces
 * @param items what there is to choose from
 * @param hint what is still to be typed, for people
 */
record Suggestions(int start, List<Item> items, String hint) {
    static final Suggestions NONE = new Suggestions(0, List.of(), "");

    /**
     * One of them.
     *
     * @param insert what it puts in the place of the word
     * @param help one line
     * @param group the heading above it; empty for none
     */
    record Item(String insert, String help, String group) {
        Item(String insert, String help) {
            this(insert, help, "");
        }
    }

    /**
     * What they are made from.
     *
     * @param mode above which nothing is offered
     * @param names of what an argument with this label can name
     * @param files that begin so
     */
    record Sources(
            Catalogue catalogue,
            Mode mode,
            Function<String, List<String>> names,
            Function<String, List<String>> files) {}

    Suggestions {
        items = List.copyOf(items);
    }

    /**
     * Those for a line.
     *
     * @param text up to the cursor
     */
    static Suggestions of(String text, Sources from) {
        String blanks = text.substring(0, text.length() - text.stripLeading().length());
        String line = text.substring(blanks.length());
        if (line.startsWith("/")) {
            return slash(line.substring(1), from).after(blanks.length() + 1);
        }
        String first = line.split("\\s", 2)[0];
        if (line.startsWith("\\") || line.startsWith("!") || !isCommand(first, line, from)) {
            return mention(text, from);
        }
        return verb(line, from).after(blanks.length());
    }

    private Suggestions after(int length) {
        return new Suggestions(start + length, items, hint);
    }

    private static boolean isCommand(String first, String line, Sources from) {
        return line.length() > first.length() && from.catalogue().isFirst(first);
    }

    /** {@code @path} anywhere. */
    private static Suggestions mention(String text, Sources from) {
        int at = text.lastIndexOf('@');
        boolean begins = at == 0 || (at > 0 && Character.isWhitespace(text.charAt(at - 1)));
        if (!begins || text.substring(at).chars().anyMatch(Character::isWhitespace)) {
            return NONE;
        }
        return new Suggestions(
                at + 1, items(from.files().apply(text.substring(at + 1)).stream()), "");
    }

    private static Suggestions slash(String line, Sources from) {
        String first = line.split("\\s", 2)[0];
        if (first.length() == line.length()) {
            return new Suggestions(0, commands(first, from), "");
        }
        Optional<OwnCommand> own = OwnCommand.named(first);
        if (own.isPresent()) {
            return own(own.get(), line, from);
        }
        String verb = Lines.named(first, from.catalogue());
        Suggestions found = verb(verb + line.substring(first.length()), from);
        return new Suggestions(
                found.start() + first.length() - verb.length(), found.items(), found.hint());
    }

    /** Those whose first words begin so; if it is one alone, also what may come after it. */
    private static List<Item> commands(String begin, Sources from) {
        List<Entry> offered =
                from.catalogue().entries().stream().filter(it -> isOffered(it, from)).toList();
        if (begin.isEmpty()) {
            return grouped(offered, from);
        }
        List<Item> items = new ArrayList<>();
        for (OwnCommand own : OwnCommand.values()) {
            if (own.label().startsWith(begin)) {
                items.add(new Item(own.label(), own.summary()));
            }
        }
        List<String> firsts =
                offered.stream()
                        .map(it -> it.words().split(" ", 2)[0])
                        .distinct()
                        .filter(it -> it.startsWith(begin))
                        .toList();
        for (String first : firsts) {
            items.add(new Item(first, summary(first, from)));
        }
        if (firsts.size() == 1) {
            offered.stream()
                    .filter(it -> it.words().startsWith(firsts.getFirst() + " "))
                    .forEach(it -> items.add(new Item(it.words(), it.summary())));
        }
        if (items.isEmpty() && begin.length() > 1) {
            offered.stream()
                    .filter(it -> it.words().contains(begin))
                    .forEach(it -> items.add(new Item(it.words(), it.summary())));
        }
        return items;
    }

    /** All of them, below their headings. */
    private static List<Item> grouped(List<Entry> offered, Sources from) {
        Map<String, Map<String, Item>> groups = new LinkedHashMap<>();
        for (OwnCommand own : OwnCommand.values()) {
            groups.computeIfAbsent(OwnCommand.GROUP, _ -> new LinkedHashMap<>())
                    .put(own.label(), new Item(own.label(), own.summary(), OwnCommand.GROUP));
        }
        for (Entry entry : offered) {
            String first = entry.words().split(" ", 2)[0];
            groups.computeIfAbsent(entry.group(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(
                            first, _ -> new Item(first, summary(first, from), entry.group()));
        }
        return groups.values().stream().flatMap(it -> it.values().stream()).toList();
    }

    private static String summary(String first, Sources from) {
        return from.catalogue()
                .find(List.of(first))
                .map(Entry::summary)
                .orElseGet(() -> String.join(", ", from.catalogue().nexts(first)));
    }

    private static boolean isOffered(Entry entry, Sources from) {
        return entry.effects().offered()
                && !Lines.ELSEWHERE.contains(entry.words().split(" ", 2)[0])
                && !entry.words().equals(Lines.CHAT)
                && (from.mode().allows(entry.effects().bare()) || entry.hasFlag(Entry.DRY_RUN));
    }

    private static Suggestions own(OwnCommand own, String line, Sources from) {
        Quotes quotes = Quotes.of(line);
        String word = line.substring(quotes.start());
        int index = quotes.words().size() - (word.isEmpty() ? 0 : 1);
        List<String> values =
                switch (own) {
                    case USE, CHAT -> index == 1 ? from.names().apply(Names.AGENT) : List.of();
                    case MODE -> Stream.of(Mode.values()).map(Mode::label).toList();
                    case TIMING -> List.of("on", "off");
                    case DEBUG -> index == 1 ? List.of("on", "off") : List.of();
                    case OUT -> from.files().apply(word);
                    case HELP -> from.catalogue().firsts();
                    case SHORTCUTS, RESUME, REPORT_ISSUE, WATCH, RERUN, EDIT, CLEAR, QUIT ->
                            List.of();
                };
        if (own == OwnCommand.WATCH && index >= 2) {
            String seconds = line.split("\\s+", 3)[1];
            int begin = line.indexOf(seconds, own.label().length()) + seconds.length() + 1;
            if (begin <= line.length()) {
                return Suggestions.of(line.substring(begin), from).after(begin);
            }
        }
        return new Suggestions(
                quotes.start(),
                items(values.stream().filter(it -> it.startsWith(word))),
                index == 1 && word.isEmpty() ? own.arguments() : "");
    }

    /** Those for a line that begins with a verb. */
    private static Suggestions verb(String line, Sources from) {
        Quotes quotes = Quotes.of(line);
        String word = quotes.start() < line.length() ? quotes.words().getLast() : "";
        List<String> before =
                quotes.start() < line.length()
                        ? quotes.words().subList(0, quotes.words().size() - 1)
                        : quotes.words();
        Optional<Entry> entry = from.catalogue().find(before);
        String begin = String.join(" ", before);
        List<Item> items = new ArrayList<>();
        for (String next : from.catalogue().nexts(begin)) {
            Optional<Entry> whole =
                    from.catalogue().entries().stream()
                            .filter(it -> it.words().equals(begin + " " + next))
                            .findAny();
            if (next.startsWith(word) && whole.map(it -> isOffered(it, from)).orElse(true)) {
                items.add(new Item(next, whole.map(Entry::summary).orElse("")));
            }
        }
        String hint = "";
        if (entry.isPresent()) {
            List<String> rest = before.subList(entry.get().length(), before.size());
            TypedArguments arguments = TypedArguments.of(entry.get(), rest);
            items.addAll(arguments.items(word, from));
            hint = word.isEmpty() ? arguments.hint() : "";
        }
        return new Suggestions(quotes.start(), items, hint);
    }

    static List<Item> items(Stream<String> values) {
        return values.map(it -> new Item(Quotes.quoted(it), "")).toList();
    }
}
