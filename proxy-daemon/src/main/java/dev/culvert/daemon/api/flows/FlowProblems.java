package dev.culvert.daemon.api.flows;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;

/** Says why something was not done, as HTTP does. */
final class FlowProblems {
    private static final int RETRY_SECONDS = 5;

    private FlowProblems() {}

    static ProblemException of(FlowRefusal refusal) {
        String sentence = refusal.sentence();
        Problem problem =
                switch (refusal.why()) {
                    case NOT_FOUND -> Problem.of(NOT_FOUND, sentence);
                    case INVALID ->
                            Problem.of(BAD_REQUEST, sentence)
                                    .member("mistakes", refusal.mistakes());
                    case FORBIDDEN -> Problem.of(FORBIDDEN, sentence);
                    case CONFLICT -> Problem.of(CONFLICT, sentence);
                    case TOO_MANY ->
                            Problem.of(TOO_MANY_REQUESTS, sentence)
                                    .member("code", "too_many_runs")
                                    .retryAfter(RETRY_SECONDS);
                };
        return new ProblemException(problem);
    }
}
