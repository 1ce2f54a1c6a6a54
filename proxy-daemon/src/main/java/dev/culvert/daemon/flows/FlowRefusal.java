package dev.culvert.daemon.flows;

import java.util.List;

/** What was asked of flows is not done. The message is a sentence for whoever asked. */
public final class FlowRefusal extends Exception {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Why {
        /** There is no such flow, run or step. */
        NOT_FOUND,

        /** The flow has mistakes, or what it is given is not what it takes. */
        INVALID,

        /** The run has rights that the caller does not have. */
        FORBIDDEN,

        /** The run is not in a state for this. */
        CONFLICT,

        /** As many run already as may. */
        TOO_MANY
    }

    private final Why why;
    private final transient List<String> mistakes;

    public FlowRefusal(Why why, String sentence) {
        this(why, sentence, List.of());
    }

    /**
     * @param mistakes of a file, each with its line
     */
    public FlowRefusal(Why why, String sentence, List<String> mistakes) {
        super(sentence, null, false, false);
        this.why = why;
        this.mistakes = List.copyOf(mistakes);
    }

    public Why why() {
        return why;
    }

    public List<String> mistakes() {
        return mistakes;
    }

    /** Its message, which is always there. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
