package dev.culvert.daemon.client.explain;

import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.value.Value;

/**
 * What is known of a key.
 *
 * @param key such as {@code http.listen}, or {@code agents[].id} for one of each object in a list
 * @param range what it takes besides {@code takes}; empty if that is all
 * @param byDefault as JSON
 * @param change {@code reload} or {@code restart}
 * @param example a value as JSON that is no default; empty if there is none
 * @param beyond what happens beyond a limit; empty if it is none
 * @param metric what shows it
 */
public record KeyFacts(
        String key,
        String about,
        String takes,
        String range,
        String byDefault,
        boolean secret,
        String change,
        String example,
        String beyond,
        String metric) {

    static KeyFacts of(Value entry) {
        return new KeyFacts(
                entry.text("key"),
                entry.text("about"),
                entry.text("takes"),
                entry.text("range"),
                entry.text("default"),
                entry.text("secret").equals("true"),
                entry.text("change"),
                entry.text("example"),
                entry.text("beyond"),
                entry.text("metric"));
    }

    /** As data, under the same names. */
    public Value data() {
        return Value.members(
                "key",
                key,
                "about",
                about,
                "takes",
                takes,
                "range",
                range,
                "default",
                byDefault,
                "secret",
                secret,
                "change",
                change,
                "variable",
                isOfList() ? "" : DaemonFile.variable(key),
                "example",
                example,
                "beyond",
                beyond,
                "metric",
                metric);
    }

    /**
     * The key in a file, with a value; with dots where there is neither a default nor an example.
     */
    String inFile() {
        String known = example.isEmpty() ? byDefault : example;
        String value = known.equals("null") ? "\"…\"" : known;
        String text = value;
        String[] parts = key.split("\\.", -1);
        for (int i = parts.length - 1; i >= 0; i--) {
            String name = parts[i].replace("[]", "");
            text = "\"" + name + "\": " + (parts[i].endsWith("[]") ? "[" + text + "]" : text);
            text = i == 0 ? text : "{" + text + "}";
        }
        return text;
    }

    /** Whether it is a key of the objects in a list, for which there is no variable. */
    boolean isOfList() {
        return key.contains("[]");
    }
}
