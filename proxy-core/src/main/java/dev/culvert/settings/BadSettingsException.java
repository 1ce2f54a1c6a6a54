package dev.culvert.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Settings that cannot be used; the message has one line for each mistake. */
public final class BadSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    public BadSettingsException(Collection<Mistake> mistakes) {
        super(sorted(mistakes).map(Mistake::toString).collect(Collectors.joining("\n")));
        this.mistakes = sorted(mistakes).toList();
    }

    /** Each as {@code POSITION: sentence}, in the order of the file. */
    public List<String> mistakes() {
        return mistakes.stream().map(Mistake::toString).toList();
    }

    List<Mistake> all() {
        return mistakes;
    }

    private static Stream<Mistake> sorted(Collection<Mistake> mistakes) {
        return mistakes.stream().sorted(Comparator.comparing(Mistake::position));
    }
}
