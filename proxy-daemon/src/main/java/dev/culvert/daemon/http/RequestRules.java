package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.EXPECTATION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** What the head of any request must satisfy before its route is looked for. */
public final class RequestRules {
    private record KnownHost(String value, Authority host) {}

    private final BrowserPolicy browsers;
    private final int maxBodyBytes;

    /** Nearly all requests name the same. Of all event loops: any of their words is right. */
    private @Nullable KnownHost lastHost;

    public RequestRules(BrowserPolicy browsers, int maxBodyBytes) {
        this.browsers = browsers;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Reads the target of a request that may be handled.
     *
     * @throws ProblemException with the first rule that is broken
     */
    public RequestTarget check(Head head, boolean overLoopback) {
        if (head.method().equals(Head.UNKNOWN_METHOD)) {
            throw refused(NOT_IMPLEMENTED, "The method is not known here.");
        }
        Authority host = host(head);
        String refusal =
                browsers.refusal(
                        overLoopback,
                        host,
                        head.atMostOne(Header.ORIGIN),
                        head.atMostOne(Header.SEC_FETCH_SITE));
        if (refusal != null) {
            throw refused(FORBIDDEN, refusal);
        }
        RequestTarget target = head.target(host);
        checkBody(head);
        return target;
    }

    private void checkBody(Head head) {
        String expectation = head.atMostOne(Header.EXPECT);
        if (expectation != null
                && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
            throw refused(EXPECTATION_FAILED, "The only Expect understood here is 100-continue.");
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

    /** HTTP/1.0 may leave it out; a page in a browser cannot. */
    private @Nullable Authority host(Head head) {
        String value = head.atMostOne(Header.HOST);
        if (value == null && head.isHttp10()) {
            return null;
        }
        if (value == null) {
            throw ProblemException.badRequest("There is no Host: send one.");
        }
        KnownHost last = lastHost;
        if (last != null && last.value.equals(value)) {
            return last.host;
        }
        Authority host = Authority.parse(value);
        if (host == null) {
            throw ProblemException.badRequest("The Host is no host name with an optional port.");
        }
        lastHost = new KnownHost(value, host);
        return host;
    }

    private static ProblemException refused(HttpResponseStatus status, String error) {
        return new ProblemException(Problem.of(status, error));
    }
}
