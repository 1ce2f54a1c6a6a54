package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CommonHeaders;
import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.daemon.turn.Watching;
import dev.culvert.frame.ErrorCode;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.Consumer;
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

    private static final Problem NOT_READ_HERE =
            Problem.of(
                            CONFLICT,
                            "Nobody reads the turn through this daemon now, so there is nothing to"
                                    + " watch: leave out 'watch' to become its reader.")
                    .member("code", "not_read_here");

    private final Turns turns;
    private final TurnRequests requests;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final StreamObserver observer;

    public TurnAnswers(
            Turns turns,
            Admission admission,
            Supplier<DaemonSettings> settings,
            StreamObserver observer) {
        this.turns = turns;
        requests = new TurnRequests(turns);
        this.admission = admission;
        this.settings = settings;
        this.observer = observer;
    }

    /** After so much silence on a stream, something is sent. */
    public Duration keepalive() {
        return settings.get().sse().keepalive();
    }

    /** How long a client may read nothing while data waits for it. */
    public Duration stallTimeout() {
        return settings.get().turns().stallTimeout();
    }

    /**
     * Whether the client wants its turn to go on if it leaves.
     *
     * @throws dev.culvert.daemon.http.ProblemException when its header says something else
     */
    public static boolean goesOn(Request request) {
        return OnDisconnect.continues(request);
    }

    /**
     * Begins a turn that no client has to wait for, unless {@code reader} reads it already. Lends
     * {@code message} for the call.
     */
    public void unattended(
            Request request, Answer answer, Agent agent, ByteBuf message, Unattended reader) {
        TurnRequest asked = requests.unattended(request, agent, message);
        if (reader.isRead(asked)) {
            answer.about(asked.id());
            answer.header(CommonHeaders.X_CULVERT_TURN, asked.id());
            return;
        }
        charge(answer, agent);
        TurnRequest wanted = TurnRequests.counted(request, asked);
        begins(answer, wanted);
        Handling seen = answer.handling();
        TurnListener listener = reader.begin(wanted, last -> Usage.tell(last, seen));
        LiveTurn turn = turns.begin(request.eventLoop(), wanted, message, listener);
        reader.reads(turn);
        if (request.caller().canEnd()) {
            turn.whenOver(request.onDeniedLater(reader::onDenied));
        }
    }

    /** How many bytes of content one answer may have that is held until it is whole. */
    public int maxAnswerBytes() {
        return settings.get().turns().maxAnswerBytes();
    }

    /** Begins a turn and answers with the whole of it. Lends {@code message} for the call. */
    public void whole(
            Request request, Answer answer, Agent agent, ByteBuf message, WholeFormat format) {
        Share share = charge(answer, agent);
        TurnRequest wanted = requests.begun(request, agent, message, format.tellsTurn());
        begins(answer, wanted);
        format.begin(wanted.id());
        TurnSettings now = settings.get().turns();
        // Without a key no client can come back for it.
        Duration grace = wanted.repeatable() ? now.resumeGrace() : Duration.ZERO;
        answer.reached(Phase.DIALLING);
        WholeAnswer whole = new WholeAnswer(answer, share, now.maxAnswerBytes(), grace, format);
        LiveTurn turn = turns.begin(request.eventLoop(), wanted, message, whole);
        whole.reads(turn);
        if (request.caller().canEnd()) {
            endWithCaller(request, turn, whole::onDenied);
        }
    }

    /** A client that may come back is told the id of the turn that it begins. */
    private static void begins(Answer answer, TurnRequest wanted) {
        answer.begins(wanted.id());
        if (wanted.isAddressed()) {
            answer.header(CommonHeaders.X_CULVERT_TURN, wanted.id());
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
        charge(answer, agent);
        TurnRequest wanted = requests.begun(request, agent, message, true);
        begins(answer, wanted);
        StreamedAnswer stream = streamed(answer, wanted, null, format.apply(wanted.id()));
        answer.reached(Phase.DIALLING);
        LiveTurn turn = turns.begin(request.eventLoop(), wanted, message, stream);
        stream.reads(turn);
        if (request.caller().canEnd()) {
            endWithCaller(request, turn, stream::onDenied);
        }
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
        TurnRequest wanted = known(request, id);
        StreamedAnswer stream = streamed(answer, wanted, point, format.apply(id));
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
            LiveTurn turn =
                    turns.resume(
                            request.eventLoop(),
                            TurnRequests.held(request, wanted),
                            point.after(),
                            stream);
            stream.reads(turn);
            if (request.caller().canEnd()) {
                endWithCaller(request, turn, stream::onDenied);
            }
        }
    }

    /**
     * Answers with the events of a turn as its reader gets them, and leaves the turn to that
     * reader. A turn that has ended is read from its agent.
     *
     * @param id which can stand in an event of that format
     * @param format makes the format for the turn of that id
     */
    public void watch(
            Request request,
            Answer answer,
            String id,
            ResumePoint point,
            Function<String, WatchFormat> format) {
        TurnRequest known = known(request, id);
        if (known == null || point.after() == EventFormat.LAST || admission.isStopping()) {
            resume(request, answer, id, point, format::apply); // says that there is nothing
            return;
        }
        OverMemory.check(known.agent().road().share());
        answer.about(id);
        WatchedAnswer watcher =
                new WatchedAnswer(
                        answer,
                        format.apply(id),
                        point.after(),
                        settings(settings.get(), Duration.ZERO),
                        observer);
        switch (turns.watch(id, watcher)) {
            case Watching.Begun(Runnable leave) -> {
                watcher.begin(leave);
                request.onDenied(watcher::onDenied);
            }
            case Watching.Full(int most) ->
                    answer.failure(
                            new Failure.Overloaded(
                                    "%d clients watch this turn already".formatted(most)));
            case Watching.Unread _ -> {
                if (turns.hasEnded(id)) {
                    resume(request, answer, id, point, format::apply);
                } else {
                    answer.problem(NOT_READ_HERE);
                }
            }
        }
    }

    /** Also a turn that goes on without its client ends when the caller is not let in any more. */
    private static void endWithCaller(Request request, LiveTurn turn, Consumer<Problem> denied) {
        if (turn.goesOn()) {
            turn.whenOver(request.onDeniedLater(denied));
        } else {
            request.onDenied(denied);
        }
    }

    /** Whether a client may come back to the turn of that id, as far as this daemon knows. */
    public boolean isKnown(String id) {
        return turns.isKnown(id);
    }

    /** The turn of that id, which the request is about; null where there can be none. */
    public @Nullable TurnRequest known(Request request, String id) {
        return requests.known(request, id);
    }

    private Share charge(Answer answer, Agent agent) {
        Share share = agent.road().share();
        OverMemory.check(share);
        answer.chargeTo(share);
        return share;
    }

    private StreamedAnswer streamed(
            Answer answer,
            @Nullable TurnRequest wanted,
            @Nullable ResumePoint point,
            EventFormat format) {
        DaemonSettings now = settings.get();
        boolean mayComeBack = format.isResumable() || (wanted != null && wanted.repeatable());
        Duration grace = mayComeBack ? now.turns().resumeGrace() : Duration.ZERO;
        return new StreamedAnswer(answer, format, point, settings(now, grace), observer);
    }

    private static StreamSettings settings(DaemonSettings now, Duration grace) {
        return new StreamSettings(now.turns(), now.sse().keepalive(), grace);
    }
}
