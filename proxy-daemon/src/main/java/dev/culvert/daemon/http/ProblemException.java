package dev.culvert.daemon.http;

/** Ends the handling of a request with a problem; thrown while it is read or handled. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** Without a stack trace: it is about the request, not about this code. */
    public ProblemException(Problem problem) {
        super(problem.error(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
