package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.EXPECT;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpResponseStatus.EXPECTATION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;

import dev.culvert.daemon.auth.Authority;
import dev.culvert.daemon.auth.BrowserPolicy;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the head of any request must satisfy before its route is looked for. */
final class RequestRules {
    private static final AsciiString SEC_FETCH_SITE = AsciiString.cached("sec-fetch-site");
    private static final Set<HttpMethod> KNOWN_METHODS =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.POST,
                    HttpMethod.PUT,
                    HttpMethod.PATCH,
                    HttpMethod.DELETE,
                    HttpMethod.OPTIONS);

    private record KnownHost(String value, Authority host) {}

    private final BrowserPolicy browsers;
    private final int maxBodyBytes;

    /** Nearly all requests name the same. Of all event loops: any of their words is right. */
    private @Nullable KnownHost lastHost;

    RequestRules(BrowserPolicy browsers, int maxBodyBytes) {
        this.browsers = browsers;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Reads the target of a request that may be handled.
     *
     * @throws ProblemException with the first rule that is broken
     */
    RequestTarget check(HttpRequest request, boolean overLoopback) {
        if (!KNOWN_METHODS.contains(request.method())) {
            throw refused(NOT_IMPLEMENTED, "The method is not known here.");
        }
        Authority host = host(request);
        String refusal =
                browsers.refusal(
                        overLoopback,
                        host,
                        OnlyValue.required(request.headers(), ORIGIN),
                        OnlyValue.required(request.headers(), SEC_FETCH_SITE));
        if (refusal != null) {
            throw refused(FORBIDDEN, refusal);
        }
        RequestTarget target = RequestTarget.parse(request.method(), request.uri(), host);
        checkBody(request);
        return target;
    }

    private void checkBody(HttpRequest request) {
        String expectation = OnlyValue.required(request.headers(), EXPECT);
        if (expectation != null
                && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
            throw refused(EXPECTATION_FAILED, "The only Expect understood here is 100-continue.");
        }
        String coding = OnlyValue.required(request.headers(), CONTENT_ENCODING);
        if (coding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding)) {
            throw refused(UNSUPPORTED_MEDIA_TYPE, "Send the body without a Content-Encoding.");
        }
        String length = request.headers().get(CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > maxBodyBytes) {
            throw new ProblemException(bodyTooLarge());
        }
    }

    Problem bodyTooLarge() {
        return Problem.of(
                REQUEST_ENTITY_TOO_LARGE,
                "The body takes more than " + maxBodyBytes + " bytes: send less.");
    }

    /** HTTP/1.0 may leave it out; a page in a browser cannot. */
    private @Nullable Authority host(HttpRequest request) {
        String value = OnlyValue.required(request.headers(), HOST);
        if (value == null && request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return null;
        }
        if (value == null) {
            throw FramingRules.bad("There is no Host: send one.");
        }
        KnownHost last = lastHost;
        if (last != null && last.value.equals(value)) {
            return last.host;
        }
        Authority host = Authority.parse(value);
        if (host == null) {
            throw FramingRules.bad("The Host is no host name with an optional port.");
        }
        lastHost = new KnownHost(value, host);
        return host;
    }

    private static ProblemException refused(HttpResponseStatus status, String error) {
        return new ProblemException(Problem.of(status, error));
    }
}
