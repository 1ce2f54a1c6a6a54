package dev.culvert.policy;

import java.util.List;

/** A policy that is not applied; the message has one line for each mistake. */
public final class BadPolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> mistakes;
    private final boolean readable;

    BadPolicyException(List<String> mistakes, boolean readable) {
        super(String.join("\n", mistakes));
        this.mistakes = List.copyOf(mistakes);
        this.readable = readable;
    }

    /** Each as {@code FILE:LINE:COLUMN: sentence}, in the order of the file. */
    public List<String> mistakes() {
        return mistakes;
    }

    /** Whether the file is well written, and only tests of its rules fail. */
    public boolean isReadable() {
        return readable;
    }
}
