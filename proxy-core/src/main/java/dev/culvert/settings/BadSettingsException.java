package dev.culvert.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Settings that cannot be used; its message is every problem, a line each. */
public final class BadSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    BadSettingsException(Collection<Problem> problems) {
        super(sorted(problems).map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = sorted(problems).toList();
    }

    /** Each as {@code ORIGIN: sentence}, in the order of the file. */
    public List<String> problems() {
        return problems.stream().map(Problem::toString).toList();
    }

    List<Problem> all() {
        return problems;
    }

    private static Stream<Problem> sorted(Collection<Problem> problems) {
        return problems.stream().sorted(Comparator.comparing(Problem::origin));
    }
}
