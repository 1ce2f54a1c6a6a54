package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.auth.Caller;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** How one response is kept while its client reads it; or not at all. */
final class Keeping {
    private final @Nullable KeptResponses all;
    private final Caller owner;
    private final Conversation input;
    private @Nullable KeptResponse kept;

    /**
     * @param all null if it is not to be kept
     * @param input what it answers, with what came before
     */
    Keeping(@Nullable KeptResponses all, Caller owner, Conversation input) {
        this.all = all;
        this.owner = owner;
        this.input = input;
    }

    /** The response of that turn. */
    ResponseObject response(String turn, long createdSeconds, Echo echo) {
        return ResponseObject.of(turn, owner, createdSeconds, echo);
    }

    void begin(ResponseObject response) {
        if (all != null) {
            kept = all.begin(response, owner, input, Outcome.IN_PROGRESS, 0);
        }
    }

    /** It begins to be told to its client, who may ask for it from now on. */
    void told() {
        if (all != null && kept != null) {
            all.store(kept);
        }
    }

    /** Borrows the items. */
    void end(Outcome how, ByteBuf items) {
        if (all != null && kept != null) {
            all.end(kept, how, items);
        }
    }
}
