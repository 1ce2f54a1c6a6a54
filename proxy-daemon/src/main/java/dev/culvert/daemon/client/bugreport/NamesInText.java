package dev.culvert.daemon.client.bugreport;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces names in one pass over a text, however many there are. Where two begin at one place, the
 * longer is meant.
 */
final class NamesInText {
    /** Shorter names are words of many sentences: only where it is clear what they are. */
    private static final int SHORT = 5;

    /** How many characters before a short name say what it is. */
    private static final int NEAR = 32;

    private record Name(String text, Pattern before, String replacement) {}

    /** By the first {@link #SHORT} characters, or fewer; of those, the longest name first. */
    private final Map<String, List<Name>> byBeginning = new HashMap<>();

    /**
     * Registers a name.
     *
     * @param kind such as {@code agent}
     */
    void add(String kind, String name, String replacement) {
        Pattern before =
                Pattern.compile(
                        "(?:\\bKIND[= ]'?|\"KIND\": ?\"|\"id\": ?\"|/KINDs/|\\bKIND=\")\\z"
                                .replace("KIND", kind));
        List<Name> alike =
                byBeginning.computeIfAbsent(
                        name.substring(0, Math.min(SHORT, name.length())), _ -> new ArrayList<>());
        alike.add(new Name(name, before, replacement));
        alike.sort(Comparator.comparingInt((Name it) -> it.text().length()).reversed());
    }

    String replace(String text) {
        StringBuilder replaced = new StringBuilder(text.length());
        int copied = 0;
        for (int at = 0; at < text.length(); at++) {
            Name name = endsBefore(text, at) ? nameAt(text, at) : null;
            if (name != null) {
                replaced.append(text, copied, at).append(name.replacement());
                copied = at + name.text().length();
                at = copied - 1;
            }
        }
        return replaced.append(text, copied, text.length()).toString();
    }

    private @Nullable Name nameAt(String text, int at) {
        for (int length = Math.min(SHORT, text.length() - at); length > 0; length--) {
            for (Name name : byBeginning.getOrDefault(text.substring(at, at + length), List.of())) {
                if (text.startsWith(name.text(), at)
                        && beginsAfter(text, at + name.text().length())
                        && (length == SHORT || isMeant(name, text, at))) {
                    return name;
                }
            }
        }
        return null;
    }

    private static boolean isMeant(Name name, String text, int at) {
        Matcher before = name.before().matcher(text).region(Math.max(0, at - NEAR), at);
        return before.useTransparentBounds(true).find();
    }

    /** Whether a word that goes on to here has its end here. */
    private static boolean endsBefore(String text, int at) {
        return at == 0
                || !(isWord(text.charAt(at - 1))
                        || (text.charAt(at - 1) == '.'
                                && at > 1
                                && isLetterOrDigit(text.charAt(at - 2))));
    }

    /** Whether what follows belongs to another word. */
    private static boolean beginsAfter(String text, int at) {
        return at == text.length()
                || !(isWord(text.charAt(at))
                        || (text.charAt(at) == '.'
                                && at + 1 < text.length()
                                && isLetterOrDigit(text.charAt(at + 1))));
    }

    private static boolean isWord(char c) {
        return c == '_' || c == '-' || isLetterOrDigit(c);
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
