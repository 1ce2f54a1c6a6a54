package dev.culvert.daemon.answer;

import dev.culvert.daemon.config.DaemonSettings;
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
import dev.culvert.frame.ErrorCode;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
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

    private final Turns turns;
    private final TurnRequests requests;
    private final Supplier<DaemonSettings> settings;
    private final Streams streams;
    private final Comebacks comebacks;

    public TurnAnswers(
            Turns turns,
            Admission admission,
            Supplier<DaemonSettings> settings,
            StreamObserver observer) {
        this.turns = turns;
        requests = new TurnRequests(turns);
        this.settings = settings;
        streams = new Streams(settings, observer);
        comebacks = new Comebacks(turns, requests, admission, streams);
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
        whole(request, answer, agent, message, format, null);
    }

    /**
     * The same.
     *
     * @param following follows the turn; null if its client has no tools of its own
     */
    public void whole(
            Request request,
            Answer answer,
            Agent agent,
            ByteBuf message,
            WholeFormat format,
            @Nullable Following following) {
        Share share = charge(answer, agent);
        boolean isTold = format.tellsTurn() || following != null;
        TurnRequest wanted = requests.begun(request, agent, message, isTold);
        begins(answer, wanted);
        // Without a key no client can come back for it.
        Duration grace = wanted.repeatable() ? settings.get().turns().resumeGrace() : Duration.ZERO;
        WholeAnswer whole = whole(answer, share, wanted.id(), grace, format);
        LiveTurn turn = begin(request, wanted, message, whole, following);
        whole.reads(turn);
        if (request.caller().canEnd()) {
            endWithCaller(request, turn, whole::onDenied);
        }
    }

    private LiveTurn begin(
            Request request,
            TurnRequest wanted,
            ByteBuf message,
            FollowedAnswer.Reader reader,
            @Nullable Following following) {
        EventLoop loop = request.eventLoop();
        if (following == null) {
            return turns.begin(loop, wanted, message, reader);
        }
        Followed followed = following.begin(wanted, message, loop);
        FollowedAnswer between = new FollowedAnswer(followed, reader, loop, 0);
        LiveTurn turn = turns.begin(loop, wanted, message, between);
        between.reads(turn);
        return turn;
    }

    /** Answers with the whole of a turn that was begun before: it is read from its beginning. */
    public void again(Request request, Answer answer, TurnRequest known, WholeFormat format) {
        Share share = charge(answer, known.agent());
        answer.about(known.id());
        WholeAnswer whole = whole(answer, share, known.id(), Duration.ZERO, format);
        TurnRequest held = TurnRequests.held(request, known);
        LiveTurn turn = turns.resume(request.eventLoop(), held, 0, whole);
        whole.reads(turn);
        if (request.caller().canEnd()) {
            endWithCaller(request, turn, whole::onDenied);
        }
    }

    private WholeAnswer whole(
            Answer answer, Share share, String turn, Duration grace, WholeFormat format) {
        format.begin(turn);
        answer.reached(Phase.DIALLING);
        return new WholeAnswer(answer, share, maxAnswerBytes(), grace, format);
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
        stream(request, answer, agent, message, format, null);
    }

    /**
     * The same.
     *
     * @param following follows the turn; null if its client has no tools of its own
     */
    public void stream(
            Request request,
            Answer answer,
            Agent agent,
            ByteBuf message,
            Function<String, EventFormat> format,
            @Nullable Following following) {
        charge(answer, agent);
        TurnRequest wanted = requests.begun(request, agent, message, true);
        begins(answer, wanted);
        StreamedAnswer stream = streams.of(answer, wanted, null, format.apply(wanted.id()));
        answer.reached(Phase.DIALLING);
        LiveTurn turn = begin(request, wanted, message, stream, following);
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
     * @param following knows whether the turn is followed; null if none is
     */
    public void resume(
            Request request,
            Answer answer,
            String id,
            ResumePoint point,
            Function<String, EventFormat> format,
            @Nullable Following following) {
        comebacks.resume(request, answer, new Comebacks.To(id, point, following), format);
    }

    /**
     * Answers with the events of a turn as its reader gets them, and leaves the turn to that
     * reader. A turn that has ended is read from its agent. The parameters are as for {@link
     * #resume}.
     */
    public void watch(
            Request request,
            Answer answer,
            String id,
            ResumePoint point,
            Function<String, WatchFormat> format,
            @Nullable Following following) {
        comebacks.watch(request, answer, new Comebacks.To(id, point, following), format);
    }

    /** Also a turn that goes on without its client ends when the caller is not let in any more. */
    static void endWithCaller(Request request, LiveTurn turn, Consumer<Problem> denied) {
        if (turn.goesOn()) {
            turn.whenOver(request.onDeniedLater(denied));
        } else {
            request.onDenied(denied);
        }
    }

    /** The same for a turn that goes on since it waits for somebody's decision. */
    static void endWithCaller(Answer answer, LiveTurn turn, Consumer<Problem> denied) {
        Handling seen = answer.handling();
        Runnable over = seen == null ? null : seen.onDeniedLater(denied);
        if (over != null) {
            turn.whenOver(over);
        }
    }

    /** Whether a client may come back to the turn of that id, as far as this daemon knows. */
    public boolean isKnown(String id) {
        return turns.isKnown(id);
    }

    /**
     * The id of the turn that the request's {@code Idempotency-Key} stands for; null if it has
     * none.
     *
     * @throws dev.culvert.daemon.http.ProblemException when it is not a key
     */
    public @Nullable String turnOfKey(Request request, Agent agent) {
        return requests.ofKey(request, agent);
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
}
