package dev.culvert.daemon.client;

import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.infra.BadPlanException;
import dev.culvert.infra.BadStateException;

/** The exit codes of the command. Scripts rely on them. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;

    /** The daemon cannot be reached, or the agent behind it. */
    public static final int UNREACHABLE = 3;

    /** The token or its scope does not suffice, or a limit is reached. */
    public static final int REFUSED = 4;

    public static final int NOT_FOUND = 5;

    /** A run of a flow was cancelled. */
    public static final int CANCELLED = 6;

    /** A run of a flow waits for somebody to say what happened to a step. */
    public static final int UNKNOWN = 7;

    /** As shells have it for SIGINT. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}

    /** The code for a failure. */
    public static int of(Exception failure) {
        return switch (failure) {
            case UsageException _, BadStateException _, BadPlanException _ -> USAGE;
            case NotFoundException _ -> NOT_FOUND;
            case UnreachableException _ -> UNREACHABLE;
            case ProblemException problem -> of(problem);
            default -> FAILED;
        };
    }

    private static int of(ProblemException problem) {
        if (problem.code().equals("unreachable") || problem.code().equals("agent_away")) {
            return UNREACHABLE;
        }
        if (problem.code().equals("tool_blocked")) {
            return FAILED; // 403 too, but the agent's work failed
        }
        return switch (problem.status()) {
            case 400, 413 -> isOfTheDaemon(problem) ? USAGE : FAILED;
            case 401, 403, 429 -> REFUSED;
            case 404, 410 -> NOT_FOUND;
            default -> FAILED;
        };
    }

    /** An agent's and a runtime's refusals have codes, and a proxy's is no problem document. */
    private static boolean isOfTheDaemon(ProblemException problem) {
        return problem.code().isEmpty() && !problem.problem().text("error").isEmpty();
    }
}
