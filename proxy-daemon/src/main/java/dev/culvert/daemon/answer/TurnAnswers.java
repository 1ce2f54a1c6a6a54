package dev.culvert.daemon.answer;

import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.RateLimits;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.frame.ErrorCode;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers requests with turns: new ones, and those that clients resume. Called on any loop. */
public final class TurnAnswers {
    /** There can be no turn of that id. */
    public static final Failure UNKNOWN =
            new Failure.AgentError(
                    ErrorCode.UNKNOWN_TURN.wireName(),
                    "no turn of that id can be known here: it was begun elsewhere, or its agent is"
                            + " gone");

    private final Turns turns;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final StreamObserver observer;

    public TurnAnswers(
            Turns turns,
            Admission admission,
            Supplier<DaemonSettings> settings,
            StreamObserver observer) {
        this.turns = turns;
        this.admission = admission;
        this.settings = settings;
        this.observer = observer;
    }

    /** Begins a turn and answers with the whole of it. Lends {@code message} for the call. */
    public void whole(Request request, Answer answer, Agent agent, ByteBuf message) {
        Share share = charge(answer, agent);
        TurnRequest wanted = counted(request, wanted(request, agent, message, false));
        answer.begins(wanted.id());
        TurnSettings now = settings.get().turns();
        // Without a key no client can come back for it.
        Duration grace = wanted.repeatable() ? now.resumeGrace() : Duration.ZERO;
        answer.reached(Phase.DIALLING);
        WholeAnswer whole = new WholeAnswer(answer, share, now.maxAnswerBytes(), grace);
        whole.reads(turns.begin(request.eventLoop(), wanted, message, whole));
        if (request.caller().canEnd()) {
            request.onDenied(whole::onDenied);
        }
    }

    /**
     * Begins a turn and answers with its events. Lends {@code message} for the call.
     *
     * @param format makes the format for the turn of that id
     */
    public void stream(
            Request request,
            Answer answer,
            Agent agent,
            ByteBuf message,
            Function<String, EventFormat> format) {
        TurnRequest wanted = wanted(request, agent, message, true);
        charge(answer, agent);
        answer.begins(wanted.id());
        TurnRequest counted = counted(request, wanted);
        StreamedAnswer stream = streamed(answer, wanted.id(), null, format);
        answer.reached(Phase.DIALLING);
        stream.reads(turns.begin(request.eventLoop(), counted, message, stream));
        endWithCaller(request, stream);
    }

    /**
     * Answers with the events of a turn that a client had before.
     *
     * @param id which can stand in an event of that format
     * @param format makes the format for the turn of that id
     */
    public void resume(
            Request request,
            Answer answer,
            String id,
            ResumePoint point,
            Function<String, EventFormat> format) {
        if (point.after() == EventFormat.LAST) {
            answer.noContent();
            return;
        }
        answer.about(id);
        StreamedAnswer stream = streamed(answer, id, point, format);
        TurnRequest wanted = known(request, id);
        if (admission.isStopping()) {
            stream.onCut(); // after this event a browser reconnects; after a 503 it does not
        } else if (wanted == null) {
            stream.onFailure(UNKNOWN);
        } else {
            Share share = wanted.agent().road().share();
            Failure refusal = OverMemory.refusal(share);
            if (refusal != null) {
                stream.onFailure(refusal); // an event for a browser, which gives up at a status
                return;
            }
            answer.chargeTo(share);
            answer.reached(Phase.DIALLING);
            stream.reads(
                    turns.resume(
                            request.eventLoop(), held(request, wanted), point.after(), stream));
            endWithCaller(request, stream);
        }
    }

    private static void endWithCaller(Request request, StreamedAnswer stream) {
        if (request.caller().canEnd()) {
            request.onDenied(stream::onDenied);
        }
    }

    /** The turn of that id, which the request is about; null where there can be none. */
    public @Nullable TurnRequest known(Request request, String id) {
        Agent agent = turns.agentOf(id, request.caller());
        return agent == null
                ? null
                : new TurnRequest(id, agent, true, 0, request.id(), request.traceParent());
    }

    /** Takes one turn of the caller's quota. */
    private static TurnRequest counted(Request request, TurnRequest wanted) {
        CallerQuota quota = request.caller().quota();
        if (quota == null) {
            return wanted;
        }
        RateLimits.takeTurn(quota);
        return wanted.countedBy(quota);
    }

    /** The same for a turn that runs already, which is never refused. */
    private static TurnRequest held(Request request, TurnRequest wanted) {
        CallerQuota quota = request.caller().quota();
        if (quota == null) {
            return wanted;
        }
        quota.holdTurn();
        return wanted.countedBy(quota);
    }

    private Share charge(Answer answer, Agent agent) {
        Share share = agent.road().share();
        OverMemory.check(share);
        answer.chargeTo(share);
        return share;
    }

    /** The turn that the request begins or repeats. A client can resume only if told the id. */
    private TurnRequest wanted(Request request, Agent agent, ByteBuf message, boolean isTold) {
        String key = IdempotencyKey.of(request);
        if (key != null) {
            return new TurnRequest(
                    turns.ids().mint(agent, key),
                    agent,
                    true,
                    IdempotencyKey.fingerprint(message),
                    request.id(),
                    request.traceParent());
        }
        return new TurnRequest(
                isTold ? turns.ids().mint(agent) : turns.ids().unaddressed(agent),
                agent,
                false,
                0,
                isTold ? request.id() : "",
                request.traceParent());
    }

    private StreamedAnswer streamed(
            Answer answer,
            String id,
            @Nullable ResumePoint point,
            Function<String, EventFormat> format) {
        DaemonSettings now = settings.get();
        return new StreamedAnswer(
                answer,
                format.apply(id),
                point,
                new StreamSettings(now.turns(), now.sse().keepalive()),
                observer);
    }
}
