package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.EXPECTATION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;

import dev.culvert.daemon.config.FrontBodies;
import dev.culvert.daemon.config.HttpSettings;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What the head of every request must satisfy before the router sees it. */
public final class RequestRules {
    /** The paths of most interfaces in somebody else's shape begin so. */
    private static final String FRONTS = "/v1/";

    private static final String MCP = "/mcp";

    /** Then follow the name of a provider and a path of an interface in somebody else's shape. */
    private static final String PROVIDERS = "/providers/";

    private final BrowserPolicy browsers;
    private final TrustedProxies proxies;
    private final BodyLimit own;
    private final BodyLimit ofChat;
    private final BodyLimit ofResponses;
    private final BodyLimit ofMessages;
    private final BodyLimit ofMcp;

    public RequestRules(BrowserPolicy browsers, HttpSettings settings) {
        this.browsers = browsers;
        proxies = new TrustedProxies(settings.proxies().trustedProxies());
        own = new BodyLimit("http.max_body_bytes", settings.maxBodyBytes());
        FrontBodies fronts = settings.fronts();
        ofChat = new BodyLimit("http." + FrontBodies.CHAT, fronts.chat());
        ofResponses = new BodyLimit("http." + FrontBodies.RESPONSES, fronts.responses());
        ofMessages = new BodyLimit("http." + FrontBodies.MESSAGES, fronts.messages());
        ofMcp = new BodyLimit("http." + FrontBodies.MCP, fronts.mcp());
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
        if (head.isOfOtherHost()) {
            checkLength(head); // its route has rules of its own
            return;
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
                        isForPeople(head) ? null : head.atMostOne(Header.SEC_FETCH_SITE));
        if (refusal != null) {
            throw refused(FORBIDDEN, refusal);
        }
        head.target();
        checkBody(head);
    }

    /**
     * The page at {@code /} contains nothing of this daemon and has no effect, so pages of others
     * may link to it.
     */
    private static boolean isForPeople(Head head) {
        return head.uri().equals("/") && head.method().equals(HttpMethod.GET);
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
        checkLength(head);
    }

    private void checkLength(Head head) {
        BodyLimit limit = bodyLimit(head);
        if (head.contentLength() > limit.bytes()) {
            throw new ProblemException(limit.exceeded());
        }
    }

    /**
     * How large the body of this request may be. The path alone decides: harnesses send whole
     * conversations to the fronts, and nobody has to send as much to another route.
     */
    BodyLimit bodyLimit(Head head) {
        if (head.isOfOtherHost()) {
            return own;
        }
        String path = head.target().path();
        if (path.startsWith(FRONTS)) {
            return ofFront(path, 0);
        }
        if (path.startsWith(PROVIDERS)) {
            int front = path.indexOf('/', PROVIDERS.length());
            return front > 0 && path.startsWith(FRONTS, front) ? ofFront(path, front) : own;
        }
        return path.equals(MCP) ? ofMcp : own;
    }

    private BodyLimit ofFront(String path, int from) {
        if (isOf("chat", path, from)) {
            return ofChat;
        } else if (isOf("responses", path, from)) {
            return ofResponses;
        }
        return isOf("messages", path, from) ? ofMessages : own;
    }

    /** Whether that is the second segment of what begins there. */
    private static boolean isOf(String front, String path, int from) {
        int end = from + FRONTS.length() + front.length();
        return path.startsWith(front, from + FRONTS.length())
                && (path.length() == end || path.charAt(end) == '/');
    }

    private static ProblemException refused(HttpResponseStatus status, String error) {
        return new ProblemException(Problem.of(status, error));
    }
}
