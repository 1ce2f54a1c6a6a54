package dev.culvert.daemon.client.explain;

import dev.culvert.daemon.client.host.DaemonFile;
import java.util.List;
import java.util.Optional;

/** The text about a key, or about all keys of a section. */
public final class Explanation {
    private final DaemonFile settings;
    private final StringBuilder text = new StringBuilder();

    /**
     * @param settings to say where the key is set on this machine
     */
    public Explanation(DaemonFile settings) {
        this.settings = settings;
    }

    public String of(KeyFacts key) {
        text.append(key.key()).append("\n    ").append(key.about()).append("\n\n");
        line("takes", key.range().isEmpty() ? key.takes() : key.takes() + "; " + key.range());
        line("default", key.byDefault().equals("null") ? "none" : key.byDefault());
        line("beyond it", key.beyond());
        line("seen in", key.metric());
        line(
                "changes",
                key.change().equals("restart")
                        ? "with a restart of the daemon"
                        : "with a reload: culvert reload");
        line("in the file", key.inFile());
        if (!key.isOfList()) {
            line("variable", Keys.variable(key));
            line("set here", setHere(key));
        }
        if (key.secret()) {
            line("secret", "its value is printed nowhere");
        }
        return text.toString();
    }

    private String setHere(KeyFacts key) {
        Optional<DaemonFile.Setting> found = settings.find(key.key());
        return found.map(it -> (key.secret() ? "" : it.value() + ", ") + "by " + it.setBy())
                .orElseGet(() ->
                        settings.exists()
                                ? "no: neither " + settings.path() + " nor the environment sets it"
                                : "no: there is no " + settings.path());
    }

    private void line(String what, String sentence) {
        if (!sentence.isEmpty()) {
            text.append("    %-12s %s%n".formatted(what, sentence));
        }
    }

    /** One line for each. */
    public static String list(List<KeyFacts> keys) {
        StringBuilder lines = new StringBuilder();
        for (KeyFacts key : keys) {
            lines.append("%-36s %s%n".formatted(key.key(), firstSentence(key.about())));
        }
        return lines.toString();
    }

    private static String firstSentence(String about) {
        return about.split("(?<=[.;]) ", 2)[0].replaceAll("[.;]$", "");
    }
}
