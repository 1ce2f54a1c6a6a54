package dev.culvert.daemon.continuations;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;

/** Lets clients go on with their turns, each once. Safe for all threads. */
public final class Continuing {
    private static final String AGAIN = "Send the conversation again, as a new message.";

    private final Continuations all;

    public Continuing(Continuations all) {
        this.all = all;
    }

    /** The turn is none that the caller can see: says so, or that its agent is gone. */
    public ProblemException unseen(String turn, Caller caller) {
        Continuation about = all.about(turn);
        if (about != null && Owner.of(caller).owns(about)) {
            return problem(
                    GONE,
                    "agent_gone",
                    "Agent '%s', which ran the turn, was removed, so nobody can go on with the turn."
                            .formatted(Quoted.word(about.agent())));
        }
        return unknownTurn();
    }

    private static ProblemException unknownTurn() {
        return problem(
                NOT_FOUND,
                "unknown_turn",
                "There is no turn of that id that you can go on with: it was begun elsewhere, or by"
                        + " another caller.");
    }

    /**
     * Marks the continuation as used, and puts together what the agent is asked. Blocks.
     *
     * @throws ProblemException when the client may not go on so; nothing has changed then
     * @throws IOException when it cannot be stored that the continuation was used
     */
    public Next take(Asked asked) throws IOException {
        Continuation found = all.store().find(asked.key());
        if (found == null || !(Content.of(found.content()) instanceof Content.Answered answered)) {
            throw gone();
        } else if (!Owner.of(asked.caller()).owns(found)) {
            throw unknownTurn();
        } else if (!found.turn().equals(asked.turn())) {
            throw problem(
                    NOT_FOUND,
                    "other_turn",
                    "The continuation belongs to another turn than the one in the path: each"
                            + " 'continuation' goes with the turn whose end gave it.");
        } else if (found.expires().isBefore(all.now())) {
            throw gone();
        } else if (found.used() != null && !found.used().equals(asked.whom())) {
            throw used();
        } else if (answered.conversation().length == 0) {
            throw used();
        }
        asked.results().check(answered.calls());
        ByteBuf message = message(asked, answered);
        String whom = all.store().use(asked.key(), asked.whom());
        if (whom == null) {
            throw gone();
        } else if (!whom.equals(asked.whom())) {
            throw used();
        }
        boolean isFirst = found.used() == null;
        return new Next(new Taken(asked.key(), whom, isFirst, asked.isRepeatable()), message);
    }

    private ByteBuf message(Asked asked, Content.Answered answered) {
        int most = all.mostBytes();
        int results = ChatBody.bytes(answered.calls(), asked.results().byId());
        if (answered.conversation().length + (long) results > most) {
            throw tooLarge("it takes over %d bytes (continuations.max_bytes)".formatted(most));
        }
        ByteBuf message =
                ChatBody.with(answered.conversation(), answered.calls(), asked.results().byId());
        try {
            JsonText.checkObject(message);
        } catch (BadJsonException e) {
            throw tooLarge(e.detail());
        }
        return message;
    }

    private static ProblemException tooLarge(String why) {
        return problem(
                REQUEST_ENTITY_TOO_LARGE,
                "conversation_too_large",
                "The conversation with these results is too large: %s. Send shorter results; the continuation can still be used."
                        .formatted(why));
    }

    private ProblemException gone() {
        return problem(
                GONE,
                "unknown_continuation",
                "There is no such continuation any more: it is valid for %.0f s (continuations.valid_for), or was dropped for newer ones (continuations.keep_bytes), or was never given. %s"
                        .formatted(all.validFor().toMillis() / 1000.0, AGAIN));
    }

    private static ProblemException used() {
        return problem(
                CONFLICT,
                "continuation_used",
                "The continuation was used already, and each can be used once: go on from the turn that it began. "
                        + AGAIN.replace("Send", "Or send"));
    }

    private static ProblemException problem(HttpResponseStatus status, String code, String text) {
        return new ProblemException(Problem.of(status, text).member("code", code));
    }
}
