package dev.culvert.daemon.http;

import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happens if a client whose request failed sends it again by itself. */
public final class Repetition {
    private static final AsciiString X_SHOULD_RETRY = AsciiString.cached("x-should-retry");
    private static final int REQUEST_TIMEOUT = 408;
    private static final int CONFLICT = 409;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERRORS = 500;

    /** Says that the agent has begun nothing (errors.md). */
    private static final Set<String> NOTHING_BEGAN =
            Set.of("overloaded", "draining", "quiesced", "runtime_unreachable");

    /**
     * What the same request meets again. A turn that another request has taken over would be taken
     * back, and so on.
     */
    private static final Set<String> NEVER_AGAIN =
            Set.of("taken_over", "cancelled", "log_truncated", "cannot_join");

    private Repetition() {}

    /**
     * Adds to the answer that it should not be sent again, where a client would do so and the agent
     * may have begun to work. With an {@code Idempotency-Key} the agent does not work twice; then
     * only what would fail again should not be sent again.
     *
     * @param told with the status that the client gets
     * @param request null if no route has seen it
     */
    public static Problem discouraged(Problem told, @Nullable Handling request) {
        return isRetried(told.status().code())
                        && (NEVER_AGAIN.contains(code(told)) || mayHaveBegun(told, request))
                ? told.header(X_SHOULD_RETRY, "false")
                : told;
    }

    /** Whether the SDKs of OpenAI and Anthropic send a request again that got this status. */
    private static boolean isRetried(int status) {
        return status == REQUEST_TIMEOUT
                || status == CONFLICT
                || status == TOO_MANY
                || status >= SERVER_ERRORS;
    }

    private static String code(Problem problem) {
        return String.valueOf(problem.members().get("code"));
    }

    private static boolean mayHaveBegun(Problem problem, @Nullable Handling request) {
        if (request == null || request.header(Header.IDEMPOTENCY_KEY) != null) {
            return false;
        }
        return switch (request.phase()) {
            case HEAD, BODY, HANDLING, DIALLING -> false;
            case WAITING -> !isRefusal(problem);
            case STREAMING -> true;
        };
    }

    /** Whether the agent or its runtime says that it has begun nothing (errors.md). */
    private static boolean isRefusal(Problem problem) {
        int runtime = problem.members().get("runtime_status") instanceof Integer it ? it : 0;
        return NOTHING_BEGAN.contains(code(problem))
                || runtime == TOO_MANY
                || runtime >= SERVER_ERRORS;
    }
}
