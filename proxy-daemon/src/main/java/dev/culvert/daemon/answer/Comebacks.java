package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;

import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.daemon.turn.TurnWatcher;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.daemon.turn.Watching;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers those who come back to a turn, and those who read along. Called on any loop. */
final class Comebacks {
    private static final Problem NOT_READ_HERE =
            Problem.of(
                            CONFLICT,
                            "Nobody reads the turn through this daemon now, so there is nothing to"
                                    + " watch: leave out 'watch' to become its reader.")
                    .member("code", "not_read_here");

    /**
     * What somebody comes back to.
     *
     * @param id of the turn
     * @param following knows whether the turn is followed; null if none is
     */
    record To(String id, ResumePoint point, @Nullable Following following) {}

    private final Turns turns;
    private final TurnRequests requests;
    private final Admission admission;
    private final Streams streams;

    Comebacks(Turns turns, TurnRequests requests, Admission admission, Streams streams) {
        this.turns = turns;
        this.requests = requests;
        this.admission = admission;
        this.streams = streams;
    }

    void resume(Request request, Answer answer, To to, Function<String, EventFormat> format) {
        if (to.point().after() == EventFormat.LAST) {
            answer.noContent();
            return;
        }
        answer.about(to.id());
        TurnRequest wanted = requests.known(request, to.id());
        StreamedAnswer stream = streams.of(answer, wanted, to.point(), format.apply(to.id()));
        if (admission.isStopping()) {
            stream.onCut(); // after this event a browser reconnects; after a 503 it does not
        } else if (wanted == null) {
            stream.onFailure(TurnAnswers.UNKNOWN);
        } else {
            Share share = wanted.agent().road().share();
            Failure refusal = OverMemory.refusal(share);
            if (refusal != null) {
                stream.onFailure(refusal); // an event for a browser, which gives up at a status
                return;
            }
            answer.chargeTo(share);
            answer.reached(Phase.DIALLING);
            read(request, wanted, to, stream);
        }
    }

    private void read(Request request, TurnRequest wanted, To to, StreamedAnswer stream) {
        Following following = to.following();
        Followed followed =
                following == null ? null : following.resume(wanted, request.eventLoop());
        long after = to.point().after();
        if (followed == null) {
            LiveTurn turn =
                    turns.resume(
                            request.eventLoop(), TurnRequests.held(request, wanted), after, stream);
            stream.reads(turn);
            endWithCaller(request, turn, stream);
        } else if (followed.end(after) > 0) {
            long end = followed.end(after); // the agent may have forgotten the turn
            followed.onDone(end, request.eventLoop(), calls -> stream.onDone(end, calls));
            followed.left();
        } else {
            FollowedAnswer between =
                    new FollowedAnswer(followed, stream, request.eventLoop(), after);
            if (followed.after(after) < after) {
                between.orElse(() -> read(request, wanted, to, stream));
            }
            LiveTurn turn =
                    turns.resume(
                            request.eventLoop(),
                            TurnRequests.held(request, wanted),
                            followed.after(after),
                            between);
            between.reads(turn);
            stream.reads(turn);
            endWithCaller(request, turn, stream);
        }
    }

    private static void endWithCaller(Request request, LiveTurn turn, StreamedAnswer stream) {
        if (request.caller().canEnd()) {
            TurnAnswers.endWithCaller(request, turn, stream::onDenied);
        }
    }

    void watch(Request request, Answer answer, To to, Function<String, WatchFormat> format) {
        TurnRequest known = requests.known(request, to.id());
        ResumePoint point = to.point();
        if (known == null || point.after() == EventFormat.LAST || admission.isStopping()) {
            resume(request, answer, to, format::apply); // says that there is nothing
            return;
        }
        OverMemory.check(known.agent().road().share());
        answer.about(to.id());
        WatchedAnswer watcher = streams.watching(answer, point, format.apply(to.id()));
        Following following = to.following();
        Followed followed = following == null ? null : following.find(to.id());
        TurnWatcher along =
                followed == null
                        ? watcher
                        : new WatchedCalls(followed, watcher, request.eventLoop());
        switch (turns.watch(to.id(), along)) {
            case Watching.Begun(Runnable leave) -> {
                watcher.begin(leave);
                request.onDenied(watcher::onDenied);
            }
            case Watching.Full(int most) ->
                    answer.failure(
                            new Failure.Overloaded(
                                    "%d clients watch this turn already".formatted(most)));
            case Watching.Unread _ -> {
                if (turns.hasEnded(to.id())) {
                    resume(request, answer, to, format::apply);
                } else {
                    answer.problem(NOT_READ_HERE);
                }
            }
        }
    }
}
