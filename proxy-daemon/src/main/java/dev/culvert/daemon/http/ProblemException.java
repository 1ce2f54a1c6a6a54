package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

/** Ends a request with a problem; thrown while it is read or handled. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** Without a stack trace: it is about the request, not about this code. */
    public ProblemException(Problem problem) {
        super(problem.error(), null, false, false);
        this.problem = problem;
    }

    /** A 400 that says {@code error}. */
    public static ProblemException badRequest(String error) {
        return new ProblemException(Problem.of(BAD_REQUEST, error));
    }

    public Problem problem() {
        return problem;
    }
}
