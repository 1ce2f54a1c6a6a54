package dev.culvert.daemon.client.http;

import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;

/** The daemon answered with an error. */
public final class ProblemException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Value problem;

    private ProblemException(int status, Value problem, String message) {
        super(message);
        this.status = status;
        this.problem = problem;
    }

    /** Reads the problem in the body. */
    static ProblemException of(Response response) throws IOException {
        Value problem = Value.nothing();
        try {
            problem = response.value();
        } catch (BadValueException _) {
            // a proxy in front answered with a page of its own
        }
        return of(response, problem);
    }

    /**
     * The same where the body is in another form.
     *
     * @param problem with the members {@code error} and {@code code}
     */
    public static ProblemException of(Response response, Value problem) {
        String error = problem.text("error");
        String message =
                error.isEmpty()
                        ? "the daemon, or a proxy in front of it, answered %d without saying why"
                                .formatted(response.status())
                        : error;
        String id = response.header("x-request-id");
        return new ProblemException(
                response.status(),
                problem,
                Quoted.page(message) + (id.isEmpty() ? "" : " (request " + Quoted.word(id) + ")"));
    }

    public int status() {
        return status;
    }

    /** The member {@code code}; empty if there is none. */
    public String code() {
        return problem.text("code");
    }

    /** The whole problem; nothing if the body was something else. */
    public Value problem() {
        return problem;
    }
}
