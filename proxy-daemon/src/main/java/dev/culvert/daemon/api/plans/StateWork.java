package dev.culvert.daemon.api.plans;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.PRECONDITION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.plans.DesiredStates;
import dev.culvert.daemon.plans.Drift;
import dev.culvert.daemon.plans.Plans;
import dev.culvert.daemon.plans.StateRefusedException;
import dev.culvert.infra.BadStateException;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the routes work with.
 *
 * @param drift what the polls have seen
 * @param offLoop with workers that may wait for Proxmox
 */
public record StateWork(DesiredStates states, Plans plans, Drift drift, OffLoop offLoop) {
    private static final Pattern REVISION = Pattern.compile("\"?([0-9]{1,18})\"?");

    /** Returns what the event loop does next. */
    interface Work {
        Runnable run() throws IOException, StateRefusedException, FlowRefusal;
    }

    /** Runs what blocks; for one state one after the other. */
    void run(String name, Request request, Answer answer, Work work) {
        offLoop.run("infra/" + name, true, request, answer, () -> outcome(request, work));
    }

    /** Runs what takes a moment and waits for nobody. */
    void runAside(Request request, Answer answer, Work work) {
        offLoop.run(request, answer, () -> outcome(request, work));
    }

    private static Runnable outcome(Request request, Work work) throws IOException {
        try {
            return work.run();
        } catch (StateRefusedException e) {
            throw problem(e);
        } catch (FlowRefusal e) {
            throw problem(e);
        } catch (BadStateException e) {
            throw new ProblemException(problem(e, request));
        }
    }

    /** Of a text that the request brings, or of the one that is kept. */
    private static Problem problem(BadStateException e, Request request) {
        String sentence =
                "The desired state cannot be made: %s."
                        .formatted(Quoted.sentence(e.mistakes().getFirst()));
        Problem problem =
                request.method().equals(HttpMethod.PUT)
                        ? Problem.of(BAD_REQUEST, sentence)
                        : Problem.of(CONFLICT, sentence).member("code", "bad_state");
        return problem.member("mistakes", e.mistakes());
    }

    private static ProblemException problem(StateRefusedException e) {
        return new ProblemException(
                switch (e.why()) {
                    case UNKNOWN -> Problem.of(NOT_FOUND, e.sentence());
                    case UNREACHABLE ->
                            Problem.of(BAD_GATEWAY, e.sentence()).member("code", "unreachable");
                    case BAD -> Problem.of(BAD_REQUEST, e.sentence());
                    case CHANGED ->
                            Problem.of(CONFLICT, e.sentence()).member("code", "plan_changed");
                    case RUNNING ->
                            Problem.of(CONFLICT, e.sentence())
                                    .member("code", "applying")
                                    .member("run", e.state().orElseThrow().run());
                    case OUTDATED -> outdated(e);
                    case FULL ->
                            Problem.of(CONFLICT, e.sentence()).member("code", "too_many_states");
                });
    }

    private static Problem outdated(StateRefusedException e) {
        Problem problem = Problem.of(PRECONDITION_FAILED, e.sentence()).member("code", "outdated");
        return e.state()
                .map(now ->
                        problem.member("revision", now.revision())
                                .member("author", now.author())
                                .member("written", StateJson.time(now.written())))
                .orElse(problem);
    }

    private static ProblemException problem(FlowRefusal e) {
        return new ProblemException(
                e.why() == FlowRefusal.Why.TOO_MANY
                        ? Problem.of(TOO_MANY_REQUESTS, e.sentence())
                        : Problem.of(CONFLICT, e.sentence()));
    }

    /** The revision in {@code If-Match}; empty without one, or with {@code *}. */
    static OptionalLong expected(Request request) {
        @Nullable String header = request.header(Header.IF_MATCH);
        if (header == null || header.equals("*")) {
            return OptionalLong.empty();
        }
        Matcher revision = REVISION.matcher(header);
        if (!revision.matches()) {
            throw ProblemException.badRequest(
                    "If-Match is '%s': it takes the revision of the desired state, such as \"3\", or 0 for one that must not be there yet."
                            .formatted(Quoted.word(header)));
        }
        return OptionalLong.of(Long.parseLong(revision.group(1)));
    }
}
