package dev.culvert.daemon.answer;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.turn.TurnTokens;
import dev.culvert.frame.Frame;
import org.jspecify.annotations.Nullable;

/** Tells metrics, log and traces how many tokens a turn took. */
final class Usage {
    private Usage() {}

    /** Borrows the chunk. Tells nothing if the chunk does not say. */
    static void tell(Frame lastChunk, Answer to) {
        tell(lastChunk, to.handling());
    }

    /** The same, also after the answer has ended. */
    static void tell(Frame lastChunk, @Nullable Handling of) {
        TurnTokens tokens = of == null ? null : TurnTokens.of(lastChunk);
        if (of != null && tokens != null) {
            of.used(new TokenUsage(tokens.input(), tokens.output()));
        }
    }
}
