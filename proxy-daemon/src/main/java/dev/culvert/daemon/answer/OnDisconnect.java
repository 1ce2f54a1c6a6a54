package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;

/** The header by which a client says what becomes of its turn when the client leaves. */
final class OnDisconnect {
    private static final String CONTINUE = "continue";
    private static final String CANCEL = "cancel";

    private OnDisconnect() {}

    /**
     * Whether the turn goes on without its client.
     *
     * @throws ProblemException when the header says something else
     */
    static boolean continues(Request request) {
        String value = request.header(Header.X_CULVERT_ON_DISCONNECT);
        if (value == null || value.equalsIgnoreCase(CANCEL)) {
            return false;
        } else if (value.equalsIgnoreCase(CONTINUE)) {
            return true;
        }
        throw new ProblemException(
                Problem.of(
                        BAD_REQUEST,
                        "The header 'x-culvert-on-disconnect' takes 'continue' or 'cancel', which"
                                + " is the default."));
    }
}
