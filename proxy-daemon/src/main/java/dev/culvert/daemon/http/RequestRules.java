package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.EXPECTATION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;

import dev.culvert.daemon.config.HttpSettings;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What the head of every request must satisfy before the router sees it. */
public final class RequestRules {
    private final BrowserPolicy browsers;
    private final TrustedProxies proxies;
    private final int maxBodyBytes;

    public RequestRules(BrowserPolicy browsers, HttpSettings settings) {
        this.browsers = browsers;
        proxies = new TrustedProxies(settings.proxies().trustedProxies());
        maxBodyBytes = settings.maxBodyBytes();
    }

    /**
     * Checks the head of a request that came over {@code channel}, and notes in it what trusted
     * proxies say about its client.
     *
     * @throws ProblemException with the first rule that is broken
     */
    void check(Head head, Channel channel) {
        if (!proxies.isEmpty() && head.forwarded() == null) {
            head.forwarded(proxies.read(head, channel.remoteAddress()));
        }
        if (head.method().equals(Head.UNKNOWN_METHOD)) {
            throw refused(NOT_IMPLEMENTED, "The method is not supported.");
        }
        String refusal =
                browsers.refusal(
                        Way.of(channel),
                        head.host(),
                        head.forwarded(),
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
