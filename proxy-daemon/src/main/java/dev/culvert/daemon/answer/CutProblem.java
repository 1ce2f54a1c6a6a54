package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNAUTHORIZED;

import dev.culvert.daemon.auth.Denial;
import dev.culvert.daemon.http.Problem;
import dev.culvert.frame.ErrorCode;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Why this daemon cuts a stream off, for the fronts whose clients know errors by a status. */
public final class CutProblem {
    private CutProblem() {}

    /**
     * The problem that such an end is for its client.
     *
     * @param code as {@link EventFormat#cutOff} gets it
     * @param why completes a sentence
     */
    public static Problem of(String code, String why) {
        return Problem.of(status(code), Problem.sentence("The stream was cut off: " + why))
                .member("code", code);
    }

    private static HttpResponseStatus status(String code) {
        if (code.equals(CutOff.SLOW_CONSUMER)) {
            return REQUEST_TIMEOUT;
        } else if (code.equals(ErrorCode.DRAINING.wireName())) {
            return SERVICE_UNAVAILABLE;
        }
        return Denial.isOfUnknownCaller(code) ? UNAUTHORIZED : BAD_GATEWAY;
    }
}
