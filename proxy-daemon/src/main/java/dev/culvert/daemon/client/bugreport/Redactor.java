package dev.culvert.daemon.client.bugreport;

import dev.culvert.value.Value;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Takes secrets and names out of texts; the order is secrets that are known, forms, names. */
final class Redactor {
    private static final Pattern MARK = Pattern.compile("\\[redacted: ([a-z ]+)]");

    /** Shorter values are no secrets, and would be found in every word. */
    private static final int SHORTEST = 4;

    private final Set<String> secrets = new LinkedHashSet<>();
    private final Pseudonyms pseudonyms = new Pseudonyms();

    /** Registers values that are secret wherever they are. */
    void addSecrets(Collection<String> values) {
        values.stream()
                .map(String::strip)
                .filter(value -> value.length() >= SHORTEST)
                .forEach(secrets::add);
    }

    /** Registers every text and number in a part of the settings that is secret as a whole. */
    void addSecrets(Value part) {
        switch (part) {
            case Value.Members object -> object.members().values().forEach(this::addSecrets);
            case Value.Items list -> list.items().forEach(this::addSecrets);
            case Value.Text text -> addSecrets(List.of(text.text()));
            case Value.Digits number -> addSecrets(List.of(number.digits()));
            case Value.Truth _, Value.Nothing _ -> {}
        }
    }

    /** As {@link Pseudonyms#know}. */
    void know(String kind, Collection<String> names) {
        pseudonyms.know(kind, names);
    }

    String redact(String text) {
        String redacted = text;
        for (String secret :
                secrets.stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList()) {
            redacted = redacted.replace(secret, Secrets.mark("secret of the settings"));
        }
        return pseudonyms.replace(Secrets.redact(redacted));
    }

    /** What each pseudonym means. */
    Map<String, String> meanings() {
        return pseudonyms.meanings();
    }

    /**
     * A redaction.
     *
     * @param line of the redacted text, from 1
     */
    record Redaction(int line, String kind) {}

    /** The redactions in a text that was redacted. */
    static List<Redaction> redactions(String redacted) {
        int[] at = {0, 1}; // how far lines are counted, and the line there
        return MARK.matcher(redacted).results().map(mark -> redaction(redacted, mark, at)).toList();
    }

    private static Redaction redaction(String text, MatchResult mark, int[] at) {
        for (; at[0] < mark.start(); at[0]++) {
            if (text.charAt(at[0]) == '\n') {
                at[1]++;
            }
        }
        return new Redaction(at[1], mark.group(1));
    }
}
