package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.EXPECTATION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What the head of every request must satisfy before the router sees it. */
public final class RequestRules {
    private final BrowserPolicy browsers;
    private final int maxBodyBytes;

    public RequestRules(BrowserPolicy browsers, int maxBodyBytes) {
        this.browsers = browsers;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Checks the head of a request.
     *
     * @throws ProblemException with the first rule that is broken
     */
    void check(Head head, boolean overLoopback) {
        if (head.method().equals(Head.UNKNOWN_METHOD)) {
            throw refused(NOT_IMPLEMENTED, "The method is not supported.");
        }
        String refusal =
                browsers.refusal(
                        overLoopback,
                        head.host(),
                        head.atMostOne(Header.ORIGIN),
                        head.atMostOne(Header.SEC_FETCH_SITE));
        if (refusal != null) {
            throw refused(FORBIDDEN, refusal);
        }
        head.target();
        checkBody(head);
    }

    private void checkBody(Head head) {
        String expectation = head.atMostOne(Header.EXPECT);
        if (expectation != null
                && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
            throw refused(EXPECTATION_FAILED, "The only Expect supported is 100-continue.");
        }
        String coding = head.atMostOne(Header.CONTENT_ENCODING);
        if (coding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding)) {
            throw refused(UNSUPPORTED_MEDIA_TYPE, "Send the body without a Content-Encoding.");
        }
        if (head.contentLength() > maxBodyBytes) {
            throw new ProblemException(bodyTooLarge());
        }
    }

    public Problem bodyTooLarge() {
        return Problem.of(
                REQUEST_ENTITY_TOO_LARGE,
                "The body takes more than "
                        + maxBodyBytes
                        + " bytes (http.max_body_bytes): send less.");
    }

    private static ProblemException refused(HttpResponseStatus status, String error) {
        return new ProblemException(Problem.of(status, error));
    }
}
