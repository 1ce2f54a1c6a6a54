package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.JoinedChunks;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.continuations.Asked;
import dev.culvert.daemon.continuations.Continuations;
import dev.culvert.daemon.continuations.Continuing;
import dev.culvert.daemon.continuations.Next;
import dev.culvert.daemon.continuations.ToolResults;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /turns/{turn}/continue}: goes on with a turn that has called tools of the client, as
 * a turn of its own, which is streamed or answered whole.
 */
public final class ContinueRoute implements Route {
    private final AgentAccess access;
    private final TurnAnswers answers;
    private final Continuations continuations;
    private final Continuing continuing;
    private final OffLoop offLoop;
    private final LargeRequests large;

    public ContinueRoute(
            AgentAccess access, TurnAnswers answers, Continuations continuations, OffLoop offLoop) {
        this.access = access;
        this.answers = answers;
        this.continuations = continuations;
        continuing = new Continuing(continuations);
        this.offLoop = offLoop;
        large = new LargeRequests(offLoop);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns/{turn}/continue");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        large.read(
                request,
                answer,
                () -> {
                    ToolResults results = read(request);
                    return () -> goOn(request, answer, results);
                });
    }

    private static ToolResults read(Request request) {
        JsonOutline json = JsonRequest.outline(request, JsonLimits.FRAME, ToolResults.LEVELS);
        try {
            return ToolResults.read(json);
        } finally {
            json.forget();
        }
    }

    private void goOn(Request request, Answer answer, ToolResults results) {
        String turn = request.parameter("turn");
        String secret = secret(request.header(Header.CULVERT_CONTINUATION), results);
        TurnRequest before = answers.known(request, turn);
        if (before == null) {
            throw continuing.unseen(turn, request.caller());
        }
        Agent agent = access.workingAgent(request, before.agent().id());
        String repeated = answers.turnOfKey(request, agent);
        Asked asked =
                new Asked(
                        turn,
                        secret,
                        request.caller(),
                        results,
                        repeated == null ? "request " + UUID.randomUUID() : "turn " + repeated,
                        repeated != null);
        offLoop.run(
                asked.key(),
                true,
                request,
                answer,
                () -> {
                    Next next = continuing.take(asked);
                    return () -> begin(request, answer, agent, next);
                });
    }

    private static String secret(@Nullable String header, ToolResults results) {
        String member = results.continuation();
        if (header != null && member != null && !header.equals(member)) {
            throw bad(
                    "The header 'culvert-continuation' and the member 'continuation' name two"
                            + " continuations: send one of them.");
        }
        String secret = member == null ? header : member;
        if (secret == null) {
            throw bad(
                    "The continuation is missing: send what the end of the turn gave you, as the"
                            + " member 'continuation' or the header 'culvert-continuation'.");
        }
        return secret;
    }

    /** Gives the continuation back if the turn cannot begin. */
    private void begin(Request request, Answer answer, Agent agent, Next next) {
        if (!answer.isOpen()) {
            continuations.giveBack(next.taken());
            return;
        }
        try {
            if (wantsWhole(request.header(Header.ACCEPT))) {
                answers.whole(
                        request,
                        answer,
                        agent,
                        next.message(),
                        new JoinedChunks(answer.allocator()),
                        continuations.after(next.taken()));
            } else {
                answers.stream(
                        request,
                        answer,
                        agent,
                        next.message(),
                        CulvertEvents::new,
                        continuations.after(next.taken()));
            }
        } catch (ProblemException e) {
            continuations.giveBack(next.taken());
            throw e;
        }
    }

    private static boolean wantsWhole(@Nullable String accept) {
        return accept != null
                && accept.toLowerCase(Locale.ROOT).strip().startsWith("application/json");
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
