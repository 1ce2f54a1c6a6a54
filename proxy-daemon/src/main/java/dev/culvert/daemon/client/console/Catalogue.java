package dev.culvert.daemon.client.console;

import java.util.List;
import java.util.Optional;

/**
 * The commands that there are.
 *
 * @param entries in the order in which the help lists them
 * @param isComplete whether the daemon has said what its operations do; if not, everything that is
 *     not known to change nothing counts as a change
 */
public record Catalogue(List<Entry> entries, boolean isComplete) {
    public static final Catalogue EMPTY = new Catalogue(List.of(), false);

    public Catalogue {
        entries = List.copyOf(entries);
    }

    /** The one whose words these begin with; if there are several, the longest. */
    Optional<Entry> find(List<String> words) {
        for (int length = words.size(); length > 0; length--) {
            String begin = String.join(" ", words.subList(0, length));
            Optional<Entry> found =
                    entries.stream().filter(it -> it.words().equals(begin)).findAny();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Whether a command begins with this word. */
    boolean isFirst(String word) {
        return entries.stream()
                .anyMatch(it -> it.words().equals(word) || it.words().startsWith(word + " "));
    }

    /** The words with which commands begin, each once. */
    List<String> firsts() {
        return entries.stream().map(it -> it.words().split(" ", 2)[0]).distinct().toList();
    }

    /** The words that may come after these, for commands of several words. */
    List<String> nexts(String begin) {
        return entries.stream()
                .map(Entry::words)
                .filter(it -> it.startsWith(begin + " "))
                .map(it -> it.substring(begin.length() + 1).split(" ", 2)[0])
                .distinct()
                .toList();
    }
}
