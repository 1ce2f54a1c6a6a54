package dev.culvert.daemon.plans;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A desired state that is not kept, found or applied; the message is a sentence or two. */
public final class StateRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Why {
        UNKNOWN,
        /** A server does not say how its guests are. */
        UNREACHABLE,
        BAD,
        /** The plan is not the one of now. */
        CHANGED,
        /** A run applies the state; its id is told. */
        RUNNING,
        /** The state has another revision; it is told. */
        OUTDATED,
        FULL
    }

    private final Why why;
    private final transient @Nullable KeptState state;

    StateRefusedException(Why why, String sentence) {
        this(why, sentence, null);
    }

    /** Because of how that state is now. */
    StateRefusedException(Why why, String sentence, @Nullable KeptState state) {
        super(sentence, null, false, false);
        this.why = why;
        this.state = state;
    }

    public Why why() {
        return why;
    }

    /** What is kept now, where that is the reason. */
    public Optional<KeptState> state() {
        return Optional.ofNullable(state);
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
