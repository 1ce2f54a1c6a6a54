package dev.culvert.daemon.answer;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.turn.TurnTokens;
import dev.culvert.frame.Frame;

/** Tells metrics, log and traces how many tokens a turn took. */
final class Usage {
    private Usage() {}

    /** Borrows the chunk. Tells nothing if the chunk does not say. */
    static void tell(Frame lastChunk, Answer to) {
        TurnTokens tokens = TurnTokens.of(lastChunk);
        if (tokens != null) {
            to.used(new TokenUsage(tokens.input(), tokens.output()));
        }
    }
}
