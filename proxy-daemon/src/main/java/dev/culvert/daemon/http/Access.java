package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.UNAUTHORIZED;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Denial;
import dev.culvert.daemon.auth.Identity;
import dev.culvert.daemon.auth.Need;
import dev.culvert.transport.Transport;
import dev.culvert.transport.UnixPeer;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AttributeKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who calls over one connection, and whether they may. Confined to its event loop. */
/* A client repeats its token. One that is equal to the token of the request before is neither hashed nor looked up
 * again, until any token changes. */
public final class Access {
    /**
     * The names in the certificate of a TLS client: the first one that is the name of a token
     * counts.
     */
    public static final AttributeKey<List<String>> CERTIFICATE_NAMES =
            AttributeKey.valueOf("culvert.certificate.names");

    /** Who is at the other end of a connection, where the daemon knows it by itself. */
    public static final AttributeKey<Caller> CALLER = AttributeKey.valueOf("culvert.caller");

    private static final String SCHEME = "bearer ";
    private static final String CHALLENGE = "Bearer realm=\"culvert\"";

    /** Parameters in which clients of other servers send secrets. */
    private static final Set<String> SECRET_PARAMETERS =
            Set.of("access_token", "api_key", "apikey", "key", "token", "x-api-key");

    private final Callers callers;
    private final Channel channel;
    private @Nullable String shown;
    private @Nullable Identity identity;
    private long version;

    Access(Callers callers, Channel channel) {
        this.callers = callers;
        this.channel = channel;
    }

    /**
     * The caller that sent {@code head}.
     *
     * @param values of the parameters of the route's template
     * @throws ProblemException 401 when nobody knows who it is, 403 when it may not call the route
     */
    Caller admit(Head head, Route route, List<String> values) {
        return callers.areOff() ? Caller.ANYBODY : check(head, route, values);
    }

    private Caller check(Head head, Route route, List<String> values) {
        HttpMethod method = head.method();
        Need need = route.need(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
        checkQuery(head);
        return switch (identity(head)) {
            case Identity.Known(Caller caller) when caller.may(need) -> {
                CallerQuota quota = caller.quota();
                if (quota != null && need != Need.NOTHING) {
                    take(quota, route.goesOn(head, values));
                }
                yield caller;
            }
            case Identity.Known(Caller caller) -> throw forbidden(callers, caller, need);
            case Identity.Denied _ when need == Need.NOTHING -> Caller.NOBODY;
            case Identity.Denied(Denial why) -> throw unauthorized(why);
        };
    }

    /** A browser that is refused once does not reconnect: it would lose the turn that it reads. */
    private static void take(CallerQuota quota, boolean goesOn) {
        if (goesOn) {
            quota.useRequest();
        } else {
            RateLimits.takeRequest(quota);
        }
    }

    private Identity identity(Head head) {
        String secret = callers.readSecrets() ? secret(head) : null;
        Identity known = identity;
        if (known != null && version == callers.version() && isShown(secret)) {
            return known;
        }
        version = callers.version();
        shown = secret;
        Identity found = secret == null ? ofConnection() : callers.ofSecret(secret);
        identity = found;
        return found;
    }

    private boolean isShown(@Nullable String secret) {
        return secret == null ? shown == null : secret.equals(shown);
    }

    /** Who it is without a token: the kernel or a certificate may tell. */
    private Identity ofConnection() {
        for (Channel it = channel; it != null; it = it.parent()) {
            Caller known = it.attr(CALLER).get();
            if (known != null) {
                return new Identity.Known(known);
            }
            List<String> names = it.attr(CERTIFICATE_NAMES).get();
            if (names != null) {
                return ofCertificate(names);
            }
        }
        Optional<UnixPeer> peer = Transport.unixPeer(channel);
        Caller user =
                peer.isEmpty()
                        ? callers.ofStranger()
                        : callers.ofUnixPeer(peer.get().uid(), peer.get().gid());
        return user == null
                ? new Identity.Denied(Denial.UNAUTHENTICATED)
                : new Identity.Known(user);
    }

    private Identity ofCertificate(List<String> names) {
        Identity found = new Identity.Denied(Denial.INVALID_TOKEN);
        for (int i = 0; i < names.size() && found instanceof Identity.Denied; i++) {
            found = callers.ofCertificate(names.get(i));
        }
        return found;
    }

    /** What the headers contain; null if nothing. */
    private static @Nullable String secret(Head head) {
        String authorization = head.atMostOne(Header.AUTHORIZATION);
        if (authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return authorization.substring(SCHEME.length()).strip();
        }
        return head.atMostOne(Header.X_API_KEY);
    }

    /** A query ends up in logs and histories, so it must not contain a secret. */
    private static void checkQuery(Head head) {
        Map<String, String> query = head.target().query();
        for (Map.Entry<String, String> parameter : query.entrySet()) {
            if (SECRET_PARAMETERS.contains(parameter.getKey())
                    || Callers.isLikeSecret(parameter.getValue())) {
                throw new ProblemException(
                        Problem.of(
                                        BAD_REQUEST,
                                        "The query contains a token: send it as 'Authorization:"
                                                + " Bearer TOKEN', and replace the token, because a"
                                                + " query is written to logs.")
                                .header(
                                        HttpHeaderNames.WWW_AUTHENTICATE,
                                        CHALLENGE + ", error=\"invalid_request\"")
                                .member("code", "token_in_query"));
            }
        }
    }

    /** A 401 with the challenge of RFC 6750, which names no error if nothing was shown. */
    private ProblemException unauthorized(Denial why) {
        callers.onDenied(why);
        String challenge =
                why == Denial.UNAUTHENTICATED
                        ? CHALLENGE
                        : CHALLENGE
                                + ", error=\"invalid_token\", error_description=\""
                                + why.sentence()
                                + "\"";
        return new ProblemException(ended(why).header(HttpHeaderNames.WWW_AUTHENTICATE, challenge));
    }

    /** What a client is told whose rights have ended. */
    public static Problem ended(Denial why) {
        return Problem.of(UNAUTHORIZED, why.sentence()).member("code", why.code());
    }

    /**
     * A caller that was let in asks for more.
     *
     * @throws ProblemException 403 when it may not
     */
    static void check(Callers callers, Caller caller, Need need) {
        if (!caller.may(need)) {
            throw forbidden(callers, caller, need);
        }
    }

    private static ProblemException forbidden(Callers callers, Caller caller, Need need) {
        callers.onDenied(Denial.INSUFFICIENT_SCOPE);
        String scope = String.valueOf(need.scope());
        String sentence =
                need.isOfEveryTenant() && caller.tenant() != null
                        ? "This concerns every tenant, and the %s '%s' belongs to one: use a token"
                                + " without a tenant that has the scope %s."
                        : "The %s '%s' may not do this: use a token that has the scope %s.";
        return new ProblemException(
                Problem.of(
                                FORBIDDEN,
                                sentence.formatted(caller.kind().label(), caller.name(), scope))
                        .header(
                                HttpHeaderNames.WWW_AUTHENTICATE,
                                CHALLENGE
                                        + ", error=\"insufficient_scope\", scope=\""
                                        + scope
                                        + "\"")
                        .member("code", Denial.INSUFFICIENT_SCOPE.code())
                        .member("scope", scope));
    }
}
