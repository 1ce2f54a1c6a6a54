package dev.culvert.daemon.client.bugreport;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces names and addresses by pseudonyms: the same one gets the same pseudonym in every file of
 * a report. The map from one to the other stays with whoever made the report.
 */
final class Pseudonyms {
    private static final Pattern TURN =
            Pattern.compile("(?<![\\w.-])[A-Za-z0-9._-]{1,64}\\.[A-Za-z0-9_-]{20,64}(?![\\w-])");
    private static final Pattern IPV4 =
            Pattern.compile("(?<![\\w.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\w.]*\\d\\.|\\w)");
    private static final Pattern IPV6 =
            Pattern.compile(
                    "(?i)(?<![\\w:])(?:[0-9a-f]{1,4}:){1,7}(?::?[0-9a-f]{1,4}){1,7}(?![\\w:])"
                            + "|(?<![\\w:])::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}(?![\\w:])");
    private static final Pattern MAIL =
            Pattern.compile(
                    "(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63})*\\.[A-Za-z]{2,63}");
    private static final Pattern URL_HOST =
            Pattern.compile("(?<=https?://)[A-Za-z][A-Za-z0-9-]*(?:\\.[A-Za-z0-9-]+)+");

    private final Map<String, String> byName = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final NamesInText known = new NamesInText();

    /** Registers names of one kind. */
    void know(String kind, Collection<String> names) {
        names.stream()
                .filter(it -> !it.isBlank())
                .distinct()
                .sorted()
                .forEach(name -> known.add(kind, name, pseudonym(kind, name)));
    }

    String replace(String text) {
        String replaced = TURN.matcher(text).replaceAll(it -> turn(it));
        replaced = MAIL.matcher(replaced).replaceAll(it -> pseudonym("mail", it.group()));
        replaced = known.replace(replaced);
        replaced = IPV4.matcher(replaced).replaceAll(it -> address(it.group()));
        replaced = IPV6.matcher(replaced).replaceAll(it -> address(it.group()));
        return URL_HOST.matcher(replaced).replaceAll(it -> pseudonym("name", it.group()));
    }

    /**
     * Whoever has the id of a turn can read it. What only looks like one, such as a class, stays.
     */
    private String turn(MatchResult found) {
        String last = found.group().substring(found.group().lastIndexOf('.') + 1);
        boolean isRandom =
                last.length() >= 22
                        && last.chars().anyMatch(Character::isDigit)
                        && last.chars().anyMatch(Character::isLetter);
        return Matcher.quoteReplacement(
                isRandom ? pseudonym("turn", found.group()) : found.group());
    }

    /** Those that every machine has say nothing of this one. */
    private String address(String found) {
        boolean isEverybodys =
                found.startsWith("127.")
                        || found.equals("0.0.0.0")
                        || found.equals("::1")
                        || found.matches("\\d{1,2}:\\d{2}(:\\d{2})?") // a time of day
                        || (found.matches("[0-9:]+")
                                && found.chars().filter(it -> it == ':').count() < 4);
        return isEverybodys ? Matcher.quoteReplacement(found) : pseudonym("ip", found);
    }

    private String pseudonym(String kind, String name) {
        return byName.computeIfAbsent(name, _ -> kind + "-" + counts.merge(kind, 1, Integer::sum));
    }

    /** What each pseudonym means. */
    Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        byName.forEach((name, pseudonym) -> meanings.put(pseudonym, name));
        return meanings;
    }
}
