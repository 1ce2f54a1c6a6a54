package dev.culvert.daemon.steps;

import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.OwnRequests;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;

/** Asks the daemon's own routes for a step, and turns their answers into its end. */
public final class OwnAnswer {
    /** Nothing was done, and in a moment it may be. */
    private static final Set<Integer> REFUSED = Set.of(429, 503);

    /** It may have been done. */
    private static final Set<Integer> UNSURE = Set.of(502, 504);

    private static final int OK = 200;
    private static final int FIRST_REDIRECTION = 300;

    private final OwnRequests own;
    private final IntSupplier mostBytes;

    /**
     * @param mostBytes of an answer
     */
    public OwnAnswer(OwnRequests own, IntSupplier mostBytes) {
        this.own = own;
        this.mostBytes = mostBytes;
    }

    /**
     * What a step asks.
     *
     * @param body JSON; empty for none
     * @param mayRepeat whether asking twice does nothing twice: then it has the step's key
     */
    record Question(HttpMethod method, String uri, String body, boolean mayRepeat) {}

    /**
     * Asks. Called on the run's event loop.
     *
     * @param output what the step has of an answer; may throw an IllegalArgumentException with one
     *     clause, when the answer cannot be used
     * @return what ends the request early
     */
    Runnable ask(
            StepInput input,
            Question question,
            StepEnd end,
            Function<Node, ? extends Node> output) {
        ByteBuf body = Unpooled.copiedBuffer(question.body(), StandardCharsets.UTF_8);
        OwnRequests.Ask ask =
                new OwnRequests.Ask(
                        input.caller(),
                        input.loop(),
                        requestId(input),
                        question.method(),
                        question.uri(),
                        question.mayRepeat() ? input.key() : null);
        InnerCall call =
                own.begin(
                        ask,
                        body,
                        new InnerCall.Expected(
                                mostBytes.getAsInt(),
                                (status, _, _, answer) ->
                                        ended(
                                                status.code(),
                                                answer.toString(StandardCharsets.UTF_8),
                                                question,
                                                end,
                                                output)));
        return call::cancel;
    }

    /** Brackets are not for ids of requests. */
    private static String requestId(StepInput input) {
        return input.key().replace('[', '.').replace("]", "");
    }

    private static void ended(
            int status,
            String body,
            Question question,
            StepEnd end,
            Function<Node, ? extends Node> output) {
        if (status < OK || status >= FIRST_REDIRECTION) {
            end.failed(failure(status, body, question.mayRepeat()));
            return;
        }
        Node made;
        try {
            made = output.apply(value(body));
        } catch (IllegalArgumentException e) {
            end.failed(
                    new StepFailure(
                            "bad_answer", "the answer cannot be used: " + e.getMessage(), false));
            return;
        }
        end.done(made);
    }

    /** JSON, or the text itself. */
    private static Node value(String body) {
        if (body.isEmpty()) {
            return Values.NULL;
        }
        try {
            return Jsonc.read(body);
        } catch (IllegalArgumentException _) {
            return Values.text(body);
        }
    }

    private static StepFailure failure(int status, String body, boolean mayRepeat) {
        Node said = value(body);
        String code = Params.text(said, "code");
        String sentence = Params.text(said, "error");
        return new StepFailure(
                code.isEmpty() ? "http_" + status : code,
                sentence.isEmpty() ? "the daemon answered " + status : sentence,
                REFUSED.contains(status) || (mayRepeat && UNSURE.contains(status)));
    }
}
