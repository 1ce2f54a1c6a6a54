package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** How the clients of some paths are told why a request failed. Used on every event loop. */
public interface ProblemFormat {
    AsciiString contentType();

    /** Writes the body of the answer to {@code out}, which stays the caller's. */
    void write(Problem problem, String requestId, ByteBuf out);

    /**
     * Under which name these clients look for the id of their request, besides {@code
     * x-request-id}; null if they do not. The routes of these paths add it to their answers
     * themselves.
     */
    default @Nullable AsciiString requestIdHeader() {
        return null;
    }

    /**
     * The problem with the status and the headers that these clients expect. Logs and metrics know
     * the reason by {@code problem}, and the status by what is returned.
     */
    default Problem told(Problem problem) {
        return problem;
    }

    /**
     * The same for a request that a route handles, which may have begun work.
     *
     * @param request null if no route has seen it
     */
    default Problem told(Problem problem, @Nullable Handling request) {
        return told(problem);
    }
}
