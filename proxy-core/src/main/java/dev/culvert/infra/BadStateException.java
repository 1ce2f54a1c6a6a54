package dev.culvert.infra;

import java.io.IOException;
import java.util.List;

/** A desired state that cannot be used; the message has one line for each mistake. */
public final class BadStateException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> mistakes;

    public BadStateException(List<String> mistakes) {
        super(String.join("\n", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** Each with the file, mostly also with line and column. */
    public List<String> mistakes() {
        return mistakes;
    }
}
