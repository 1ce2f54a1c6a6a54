package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.front.openai.Models;
import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CommonHeaders;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/responses}: asks the agent that {@code model} names. */
final class ResponsesRoute implements Route {
    /** What a translation adds to most bodies. */
    private static final int MORE_BYTES = 1024;

    private static final int RETRY_SECONDS = 5;

    private final AgentAccess access;
    private final TurnAnswers answers;
    private final KeptResponses responses;
    private final LargeRequests requests;

    ResponsesRoute(
            AgentAccess access,
            TurnAnswers answers,
            KeptResponses responses,
            LargeRequests requests) {
        this.access = access;
        this.answers = answers;
        this.responses = responses;
        this.requests = requests;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/responses");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public boolean readsLargeBodies() {
        return true;
    }

    @Override
    public void handle(Request request, Answer answer) {
        boolean isLarge = request.body().readableBytes() >= LargeRequests.LARGE_BYTES;
        requests.read(request, answer, () -> read(request, answer, isLarge));
    }

    /**
     * Reads and translates the body, and returns what begins the turn.
     *
     * @param isElsewhere whether this is a worker, which may take its time
     */
    private Runnable read(Request request, Answer answer, boolean isElsewhere) {
        ResponseRequest asked =
                new ResponseRequest(
                        JsonRequest.outline(
                                request, ResponseRequest.LIMITS, ResponseRequest.LEVELS));
        Agent named = Models.find(access.fleet(request), asked.model());
        Agent agent = access.workingAgent(request, named.id());
        boolean isStored = isStored(asked);
        KeptResponse previous = previous(request, asked.previous());
        Conversation before = previous == null ? null : previous.whole();
        if (!isElsewhere && before != null && before.bytes() >= LargeRequests.LARGE_BYTES) {
            asked.json().forget();
            return () ->
                    requests.readElsewhere(
                            request, answer, before.bytes(), () -> read(request, answer, true));
        }
        ByteBuf own = isStored || before != null ? PreviousItems.own(asked) : Unpooled.EMPTY_BUFFER;
        Conversation input = new Conversation(before, own);
        if (before != null) {
            asked = PreviousItems.join(asked, input);
        }
        WantedResponse wanted =
                new WantedResponse(
                        request,
                        answer,
                        agent,
                        asked.isStreamed(),
                        asked.isInBackground(),
                        isStored && TurnAnswers.goesOn(request),
                        ResponseObject.echo(asked),
                        TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()),
                        input);
        return translated(asked, wanted, isStored);
    }

    private boolean isStored(ResponseRequest asked) {
        boolean isStored =
                asked.isStored() && asked.json().length(asked.input()) <= responses.mostBytes();
        if (asked.isInBackground() && !isStored) {
            throw OpenAiProblems.invalid(
                    "background",
                    "'background' needs 'store': true, and an input within responses.keep_bytes,"
                            + " because the response has to be asked for later.");
        }
        return isStored;
    }

    private Runnable translated(ResponseRequest asked, WantedResponse wanted, boolean isStored) {
        int bytes = wanted.request().body().readableBytes() + MORE_BYTES;
        ByteBuf message = wanted.answer().allocator().buffer(bytes);
        try {
            Set<String> ignored = ChatTranslation.write(asked, message);
            if (asked.isStored() && !isStored) {
                ignored.add("store");
            }
            asked.json().forget();
            ByteBuf translated = message.retain();
            return () -> begin(wanted, translated, ignored, isStored);
        } finally {
            message.release();
        }
    }

    /** Takes ownership of {@code message}, which nobody wants whose client has gone meanwhile. */
    private void begin(
            WantedResponse wanted, ByteBuf message, Set<String> ignored, boolean isStored) {
        Answer answer = wanted.answer();
        try {
            if (!answer.isOpen()) {
                return;
            }
            if (!ignored.isEmpty()) {
                answer.header(CommonHeaders.X_CULVERT_IGNORED, String.join(", ", ignored));
            }
            if (wanted.isInBackground() || wanted.goesOn()) {
                unattended(wanted, message);
            } else {
                attended(wanted, message, isStored ? responses : null);
            }
        } finally {
            message.release();
        }
    }

    private @Nullable KeptResponse previous(Request request, @Nullable String id) {
        if (id == null) {
            return null;
        }
        KeptResponse found = responses.find(id, request.caller());
        if (found == null) {
            throw new ProblemException(
                    Problem.of(
                                    BAD_REQUEST,
                                    "There is no response '%s' to go on from: it is not yours, was not stored, or was forgotten. Send the whole conversation in 'input'."
                                            .formatted(Quoted.word(id)))
                            .member("code", "previous_response_not_found")
                            .member("param", "previous_response_id"));
        }
        return found;
    }

    private void attended(WantedResponse wanted, ByteBuf message, @Nullable KeptResponses all) {
        Answer answer = wanted.answer();
        Keeping keeping = new Keeping(all, wanted.owner(), wanted.input());
        if (wanted.isStreamed()) {
            answers.stream(
                    wanted.request(),
                    answer,
                    wanted.agent(),
                    message,
                    turn ->
                            new ResponseEvents(
                                    wanted.response(turn),
                                    memory(wanted, answer.client()),
                                    answer.allocator(),
                                    keeping));
        } else {
            answers.whole(
                    wanted.request(),
                    answer,
                    wanted.agent(),
                    message,
                    new WholeResponse(
                            wanted.nowSeconds(), wanted.echo(), answer.allocator(), keeping));
        }
    }

    private AnswerMemory memory(WantedResponse wanted, @Nullable Share client) {
        return new AnswerMemory(
                () -> wanted.agent().road().share(),
                client,
                wanted.answer().eventLoop(),
                answers.maxAnswerBytes());
    }

    private void unattended(WantedResponse wanted, ByteBuf message) {
        Answer answer = wanted.answer();
        BackgroundStart start =
                new BackgroundStart(
                        responses, wanted, memory(wanted, null), answers.maxAnswerBytes());
        answers.unattended(wanted.request(), answer, wanted.agent(), message, start);
        KeptResponse kept = start.kept();
        BackgroundTurn turn = kept.turn();
        if (wanted.isInBackground() || turn == null) {
            // Its client has nothing but the id: it must be there after a restart, too.
            responses.whenStored(
                    kept,
                    answer.eventLoop(),
                    failure -> {
                        if (failure == null) {
                            tell(wanted, kept);
                        } else {
                            start.giveUp(answer.eventLoop(), () -> notStored(answer, failure));
                        }
                    });
        } else if (wanted.isStreamed()) {
            replay(wanted, turn);
        } else {
            turn.whenOver(answer.eventLoop(), why -> whole(answer, kept, why));
        }
    }

    private static void notStored(Answer answer, IOException failure) {
        if (answer.isOpen()) {
            answer.problem(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "The response was stopped, because it cannot be stored: %s. Then send the request again, or send it without 'background'."
                                            .formatted(Quoted.message(failure)))
                            .retryAfter(RETRY_SECONDS));
        }
    }

    private void tell(WantedResponse wanted, KeptResponse kept) {
        BackgroundTurn turn = kept.turn();
        if (turn != null && wanted.isStreamed()) {
            replay(wanted, turn);
        } else {
            whole(wanted.answer(), kept, null);
        }
    }

    /** Streams to a client that may have left meanwhile. */
    private void replay(WantedResponse wanted, BackgroundTurn turn) {
        Answer answer = wanted.answer();
        if (answer.isOpen()) {
            ReplayedResponse.begin(turn, -1, answer, memory(wanted, answer.client()), answers);
        }
    }

    /** Answers a client that has waited for the whole response, and may have left meanwhile. */
    private static void whole(Answer answer, KeptResponse kept, @Nullable Problem why) {
        if (!answer.isOpen()) {
            return;
        }
        if (why == null) {
            answer.json(OK, kept.json());
        } else {
            answer.problem(why);
        }
    }
}
