package dev.culvert.daemon.join;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.UPGRADE_REQUIRED;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** GET /api/v1/agents/connect: the connection becomes a WebSocket, over which an agent joins. */
public final class ConnectRoute implements Route {
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString VERSION = AsciiString.cached("13");

    /** RFC 6455, 1.3. */
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");

    private final JoinPipeline stations;
    private final Waiting waiting;
    private final Admission admission;

    /**
     * @param stations of what the connection becomes
     */
    public ConnectRoute(JoinPipeline stations, Waiting waiting, Admission admission) {
        this.stations = stations;
        this.waiting = waiting;
        this.admission = admission;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/connect");
    }

    /** The agent proves who it is over the WebSocket, before it can do anything. */
    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public void handle(Request request, Answer responder) {
        admission.check();
        if (!hasToken(request.header(Header.UPGRADE), "websocket")
                || !hasToken(request.header(Header.CONNECTION), "upgrade")
                || !VERSION.contentEquals(
                        String.valueOf(request.header(Header.SEC_WEBSOCKET_VERSION)))) {
            throw new ProblemException(
                    upgradeRequired(
                            "This path takes WebSocket connections (RFC 6455, version 13) of"
                                    + " agents: start one with culvert-agent --join."));
        }
        String key = request.header(Header.SEC_WEBSOCKET_KEY);
        if (key == null || !KEY.matcher(key).matches()) {
            throw ProblemException.badRequest(
                    "The Sec-WebSocket-Key is not 16 bytes in base64: send one.");
        }
        if (waiting.isFull()) {
            throw new ProblemException(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "Too many other agents join at this moment"
                                            + " (join.max_handshakes): try again later.")
                            .retryAfter((int) WaitingHandler.COME_BACK.toSeconds()));
        }
        responder.header(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key));
        if (!responder.upgrade(WEBSOCKET, stations::addAfterUpgrade)) {
            responder.problem(
                    upgradeRequired("A WebSocket needs a request of HTTP/1.1 without a body."));
        }
    }

    private static Problem upgradeRequired(String error) {
        return Problem.of(UPGRADE_REQUIRED, error)
                .header(HttpHeaderNames.UPGRADE, WEBSOCKET.toString())
                .header(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION.toString());
    }

    private static boolean hasToken(@Nullable String list, String token) {
        if (list != null) {
            for (String option : list.split(",", -1)) {
                if (option.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1")
                            .digest((key + ACCEPT_SUFFIX).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-1", e);
        }
    }
}
