package dev.culvert.daemon.front.preview;

import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.SEE_OTHER;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Authority;
import dev.culvert.daemon.http.Forwarded;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.previews.Preview;
import dev.culvert.daemon.previews.Previews;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.tunnel.Destination;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Every request for a host of a preview: what somebody with its link does with the app. */
/* The link's secret is in the query. A browser gets it as a cookie of this host alone, and is sent on
 * without it, so that it is neither in the app's reach nor in what the browser tells others. */
public final class HostRoute implements Route {
    private static final AsciiString PLAIN = AsciiString.cached("text/plain; charset=utf-8");
    private static final AsciiString REFERRER_POLICY = AsciiString.cached("referrer-policy");

    private final Previews previews;
    private final Function<String, @Nullable Agent> agents;
    private final Tunnels tunnels;
    private final Admission admission;

    /**
     * @param agents finds those of all tenants by their ids
     */
    public HostRoute(
            Previews previews,
            Function<String, @Nullable Agent> agents,
            Tunnels tunnels,
            Admission admission) {
        this.previews = previews;
        this.agents = agents;
        this.tunnels = tunnels;
        this.admission = admission;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(); // it is no part of the tree of paths
    }

    @Override
    public List<String> templates() {
        return List.of("/preview"); // for metrics and the log
    }

    /** The secret of the link says who may. */
    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public boolean answersHead() {
        return false;
    }

    /** A body of an app is its own affair. */
    @Override
    public boolean readsLargeBodies() {
        return true;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        byte[] bytes = request.head().bytes();
        if (bytes == null) {
            throw new ProblemException(
                    Problem.of(
                            HTTP_VERSION_NOT_SUPPORTED,
                            "Previews are served over HTTP/1.1 only: ask again with it."));
        }
        AppHead head = new AppHead(bytes);
        String ofLink = head.secretOfTarget();
        Preview preview = find(request, ofLink == null ? head.secretsOfCookies() : List.of(ofLink));
        if (preview == null) {
            Pages.show(
                    answer,
                    head,
                    FORBIDDEN,
                    "No preview",
                    "This host shows a port of an agent to those who have its link, and this is not"
                            + " the link. Ask whoever sent it to you; culvert preview makes one.");
        } else if (previews.state(preview) != Preview.State.OPEN) {
            Pages.show(
                    answer,
                    head,
                    GONE,
                    "This preview is over",
                    "Its link has expired or was revoked. Ask whoever sent it to you for another one.");
        } else if (ofLink != null && head.wantsPage()) {
            keepSecret(request, answer, head, preview, ofLink);
        } else if (ofLink == null && head.isOfAnotherPage()) {
            Pages.show(
                    answer,
                    head,
                    FORBIDDEN,
                    "Sent by another page",
                    "A page of another host sent this request, which only the app's own pages may.");
        } else {
            open(request, answer, head, preview);
        }
    }

    /** The preview that this host shows, and whose secret is among these; null if there is none. */
    private @Nullable Preview find(Request request, List<String> secrets) {
        Authority host = request.head().host();
        for (String secret : secrets) {
            Preview preview = previews.ofSecret(secret);
            if (preview != null && host != null && previews.host(preview).equals(host.host())) {
                return preview;
            }
        }
        return null;
    }

    private static void keepSecret(
            Request request, Answer answer, AppHead head, Preview preview, String secret) {
        long left = Duration.between(Instant.now(), preview.expires()).toSeconds();
        String cookie =
                "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s"
                        .formatted(
                                AppHead.SECRET,
                                secret,
                                Math.max(1, left),
                                isEncrypted(request, answer) ? "; Secure" : "");
        String target = head.targetWithoutSecret();
        answer.header(HttpHeaderNames.SET_COOKIE, cookie)
                // Two slashes at the beginning would name another host.
                .header(HttpHeaderNames.LOCATION, target.startsWith("//") ? "/." + target : target)
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .header(REFERRER_POLICY, "no-referrer")
                .whole(SEE_OTHER, PLAIN, answer.allocator().buffer(0));
    }

    static boolean isEncrypted(Request request, Answer answer) {
        Forwarded forwarded = request.head().forwarded();
        String scheme = forwarded == null ? null : forwarded.scheme();
        return scheme == null ? answer.isEncrypted() : scheme.equals("https");
    }

    private void open(Request request, Answer answer, AppHead head, Preview preview) {
        admission.checkWork();
        OverMemory.check(answer.client());
        Agent agent = agents.apply(preview.agent());
        if (agent == null || !agent.tenant().equals(preview.tenant())) {
            Pages.show(
                    answer,
                    head,
                    NOT_FOUND,
                    "The agent is gone",
                    "There is no agent " + preview.agent() + " any more.");
            return;
        }
        Head sent = request.head();
        byte[] forApp =
                head.forApp(
                        sent.forwarded(),
                        answer.isEncrypted(),
                        sent.announcesBody() ? request.body().readableBytes() : -1);
        tunnels.open(
                agent,
                new Destination.Port(preview.port()),
                answer.eventLoop(),
                new Exchange(
                        answer,
                        head,
                        preview,
                        answer.allocator()
                                .buffer(forApp.length + request.body().readableBytes())
                                .writeBytes(forApp)
                                .writeBytes(request.body().duplicate()),
                        previews));
    }
}
