package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

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
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/responses}: asks the agent that {@code model} names. */
final class ResponsesRoute implements Route {
    /** What a translation adds to most bodies. */
    private static final int MORE_BYTES = 1024;

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

    /** What was read of a request, and is needed after its body is gone. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    private record Wanted(
            Request request,
            Answer answer,
            Agent agent,
            boolean isStreamed,
            Echo echo,
            long nowSeconds,
            Conversation input) {
        ResponseObject response(String turn) {
            return ResponseObject.of(turn, nowSeconds, echo);
        }
    }

    @Override
    public void handle(Request request, Answer answer) {
        requests.read(request, answer, () -> read(request, answer));
    }

    /** Reads and translates the body, perhaps on a worker, and returns what begins the turn. */
    private Runnable read(Request request, Answer answer) {
        ResponseRequest asked =
                new ResponseRequest(
                        JsonRequest.outline(
                                request, ResponseRequest.LIMITS, ResponseRequest.LEVELS));
        Agent named = Models.find(access.fleet(request), asked.model());
        Agent agent = access.workingAgent(request, named.id());
        boolean isInBackground = asked.isInBackground();
        boolean isSmall = asked.json().length(asked.input()) <= responses.mostBytes();
        boolean isStored = asked.isStored() && isSmall;
        if (isInBackground && !isStored) {
            throw OpenAiProblems.invalid(
                    "background",
                    "'background' needs 'store': true, and an input within responses.keep_bytes,"
                            + " because the response has to be asked for later.");
        }
        KeptResponse previous = previous(request, asked.previous());
        ByteBuf own =
                isStored || previous != null ? PreviousItems.own(asked) : Unpooled.EMPTY_BUFFER;
        Conversation input = new Conversation(previous == null ? null : previous.whole(), own);
        if (previous != null) {
            asked = PreviousItems.join(asked, input);
        }
        Wanted wanted =
                new Wanted(
                        request,
                        answer,
                        agent,
                        asked.isStreamed(),
                        ResponseObject.echo(asked),
                        TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()),
                        input);
        ByteBuf message = answer.allocator().buffer(request.body().readableBytes() + MORE_BYTES);
        try {
            Set<String> ignored = ChatTranslation.write(asked, message);
            if (asked.isStored() && !isStored) {
                ignored.add("store");
            }
            asked.json().forget();
            boolean goesOn = wanted.isStreamed && isStored && TurnAnswers.goesOn(request);
            boolean isUnattended = isInBackground || goesOn;
            ByteBuf translated = message.retain();
            return () -> begin(wanted, translated, ignored, isUnattended, isStored);
        } finally {
            message.release();
        }
    }

    /** Takes ownership of {@code message}, which nobody wants whose client has gone meanwhile. */
    private void begin(
            Wanted wanted,
            ByteBuf message,
            Set<String> ignored,
            boolean isUnattended,
            boolean isStored) {
        try {
            if (!wanted.answer.isOpen()) {
                return;
            }
            if (!ignored.isEmpty()) {
                wanted.answer.header(CommonHeaders.X_CULVERT_IGNORED, String.join(", ", ignored));
            }
            if (isUnattended) {
                inBackground(wanted, message);
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

    private void attended(Wanted wanted, ByteBuf message, @Nullable KeptResponses all) {
        Answer answer = wanted.answer;
        Keeping keeping = new Keeping(all, wanted.request.caller(), wanted.input);
        if (wanted.isStreamed) {
            answers.stream(
                    wanted.request,
                    answer,
                    wanted.agent,
                    message,
                    turn ->
                            new ResponseEvents(
                                    wanted.response(turn), memory(wanted, answer), keeping));
        } else {
            answers.whole(
                    wanted.request,
                    answer,
                    wanted.agent,
                    message,
                    new WholeResponse(wanted.nowSeconds, wanted.echo, answer.allocator(), keeping));
        }
    }

    private AnswerMemory memory(Wanted wanted, Answer answer) {
        return new AnswerMemory(
                wanted.agent.road().share(),
                answer.client(),
                answer.eventLoop(),
                answers.maxAnswerBytes());
    }

    private void inBackground(Wanted wanted, ByteBuf message) {
        Answer answer = wanted.answer;
        Request request = wanted.request;
        BackgroundStart start =
                new BackgroundStart(
                        responses,
                        request.caller(),
                        request.eventLoop(),
                        new AnswerMemory(
                                wanted.agent.road().share(),
                                null,
                                request.eventLoop(),
                                answers.maxAnswerBytes()),
                        wanted::response,
                        wanted.input,
                        answers.maxAnswerBytes());
        LiveTurn turn =
                answers.unattended(request, answer, wanted.agent, message, start, start::onDenied);
        start.turn().reads(turn);
        if (wanted.isStreamed) {
            ReplayedResponse.begin(start.turn(), -1, answer, memory(wanted, answer), answers);
        } else {
            answer.json(OK, start.turn().kept().json());
        }
    }
}
