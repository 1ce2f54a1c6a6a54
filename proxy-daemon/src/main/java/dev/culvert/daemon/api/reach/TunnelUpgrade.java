package dev.culvert.daemon.api.reach;

import static io.netty.handler.codec.http.HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
import static io.netty.handler.codec.http.HttpResponseStatus.UPGRADE_REQUIRED;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;

/** Requests whose connection is to become a tunnel. */
final class TunnelUpgrade {
    private static final AsciiString PROTOCOL = AsciiString.cached("culvert-tunnel");

    private TunnelUpgrade() {}

    /**
     * Refuses every other request.
     *
     * @param hint for a request that asks for no tunnel
     */
    static void check(Request request, String hint) {
        checkVersion(request);
        if (!isAsked(request)) {
            throw new ProblemException(notAsked(hint));
        }
        if (request.body().isReadable()) {
            throw ProblemException.badRequest(
                    "A request for a tunnel has no body: send its bytes after the answer.");
        }
    }

    /** What a request is told that asks for no tunnel. */
    static Problem notAsked(String hint) {
        return Problem.of(UPGRADE_REQUIRED, hint)
                .header(HttpHeaderNames.UPGRADE, PROTOCOL.toString());
    }

    /** Refuses what came over another version of HTTP, whose connections cannot become tunnels. */
    static void checkVersion(Request request) {
        if (!request.protocol().equals("HTTP/1.1")) {
            throw new ProblemException(
                    Problem.of(
                            HTTP_VERSION_NOT_SUPPORTED,
                            "A tunnel needs a connection of its own with HTTP/1.1, and this request came over %s: ask again over HTTP/1.1."
                                    .formatted(request.protocol())));
        }
    }

    /** Whether the connection is to become one. */
    static boolean isAsked(Request request) {
        return Upgrade.asks(request.header(Header.CONNECTION), "upgrade")
                && Upgrade.asks(request.header(Header.UPGRADE), PROTOCOL.toString());
    }

    /** Answers 101. Returns false if the connection cannot become something else. */
    static boolean upgrade(Answer answer, Forward forward) {
        return answer.upgrade(PROTOCOL, forward::join);
    }
}
