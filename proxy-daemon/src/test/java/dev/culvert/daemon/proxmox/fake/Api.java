package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lets a request in, checks it as Proxmox does, in its order, and has it done. */
final class Api {
    private static final String TOKEN = "PVEAPIToken";
    private static final String COOKIE = "PVEAuthCookie";

    private final Facts facts;
    private final Cluster cluster;
    private final Map<String, Handler> handlers = new HashMap<>();

    Api(Facts facts, Cluster cluster, ClusterCalls.Fingerprint fingerprint) {
        this.facts = facts;
        this.cluster = cluster;
        new ClusterCalls(cluster, facts.version(), fingerprint).addTo(handlers);
        new AccessCalls(cluster).addTo(handlers);
        new GuestReads(cluster).addTo(handlers);
        new PowerCalls(cluster).addTo(handlers);
        new ConfigCalls(cluster).addTo(handlers);
        new CreateCalls(cluster).addTo(handlers);
        new SnapshotCalls(cluster).addTo(handlers);
        new MoveCalls(cluster).addTo(handlers);
        new PoolCalls(cluster).addTo(handlers);
        new AgentCalls(cluster).addTo(handlers);
        new StorageCalls(cluster).addTo(handlers);
        new TaskCalls(cluster).addTo(handlers);
    }

    /** The operations that it does. */
    boolean does(Operation operation) {
        return handlers.containsKey(operation.name());
    }

    Answer answer(Request request) {
        synchronized (cluster) {
            cluster.settle();
            Caller caller;
            try {
                caller = login(request);
            } catch (Refused e) {
                return Answer.bare(e.status(), e.words());
            }
            try {
                return done(request, caller);
            } catch (Refused e) {
                return Answer.of(e);
            } catch (RuntimeException e) {
                e.printStackTrace();
                return Answer.bare(500, "the fake is broken: " + e.getClass().getName());
            }
        }
    }

    private Caller login(Request request) throws Refused {
        if (request.path().equals("/access/ticket")) {
            return new Caller("", cluster.accounts());
        }
        String ticket = ticket(request.header("cookie"));
        String authorization = request.header("authorization");
        if (ticket == null && authorization.matches("(?s)" + TOKEN + "[= ].*")) {
            return new Caller(
                    token(authorization.substring(TOKEN.length() + 1)), cluster.accounts());
        }
        if (ticket == null) {
            throw Refused.login("No ticket");
        }
        String user = cluster.accounts().userOfTicket(ticket);
        if (user == null) {
            throw unknown("permission denied - invalid PVE ticket");
        }
        if (!request.method().equals("GET")
                && !request.header("csrfpreventiontoken").equals(Accounts.formToken(user))) {
            throw Refused.login("Permission denied - invalid csrf token");
        }
        return new Caller(user, cluster.accounts());
    }

    /** Since version 9 no caller learns what is wrong with its login. */
    private Refused unknown(String why) {
        return Refused.login(facts.major() == 8 ? why : "Authentication failed!");
    }

    private static @Nullable String ticket(String cookies) {
        for (String cookie : cookies.split("; *", -1)) {
            if (cookie.startsWith(COOKIE + "=")) {
                return java.net.URLDecoder.decode(
                        cookie.substring(COOKIE.length() + 1).replace("+", "%2B"),
                        java.nio.charset.StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private String token(String told) throws Refused {
        int equals = told.lastIndexOf('=');
        if (equals < 0) {
            throw unknown("no tokenid specified");
        }
        String id = told.substring(0, equals);
        Accounts.Token token = cluster.accounts().tokens().get(id);
        if (!id.contains("!")) {
            throw unknown(
                    "'%s' is not a valid token ID - not able to split into user and token parts"
                            .formatted(id));
        }
        if (token == null) {
            throw unknown(
                    "no such token '%s' for user '%s'"
                            .formatted(id.substring(id.indexOf('!') + 1), Accounts.userOf(id)));
        }
        if (!token.secret().equals(told.substring(equals + 1))) {
            throw unknown("invalid token value!");
        }
        return id;
    }

    private Answer done(Request request, Caller caller) throws Refused {
        for (Operation operation : facts.operations()) {
            Map<String, String> inPath =
                    operation.verb().equals(request.method())
                            ? operation.match(request.path())
                            : null;
            if (inPath != null) {
                return done(operation, inPath, request, caller);
            }
        }
        throw new Refused(
                501, "Method '%s %s' not implemented".formatted(request.method(), request.path()));
    }

    private Answer done(
            Operation operation, Map<String, String> inPath, Request request, Caller caller)
            throws Refused {
        Map<String, String> parameters = new TreeMap<>(inPath);
        for (Map.Entry<String, String> given : request.parameters().entrySet()) {
            String before = parameters.put(given.getKey(), given.getValue());
            if (before != null && !before.equals(given.getValue())) {
                throw Refused.parameter(
                        given.getKey(),
                        "duplicate parameter (already defined in URI) with conflicting values!");
            }
        }
        if (caller.isToken() && !operation.allowsToken()) {
            throw Refused.forbidden(
                    "URI '%s' not available with API token, need proper ticket.\n"
                            .formatted(request.path()));
        }
        Permissions.check(operation, caller, parameters);
        if (operation.proxied() && !cluster.node(inPath.getOrDefault("node", "")).isOnline()) {
            return Answer.bare(595, "No route to host");
        }
        ParameterCheck.check(operation, parameters);
        if (!cluster.isQuorate() && !request.method().equals("GET")) {
            throw Refused.died("cluster not ready - no quorum?");
        }
        Handler handler = handlers.get(operation.name());
        if (handler == null) {
            throw new IllegalStateException("the fake has no " + operation.name());
        }
        Value data = handler.answer(new Call(operation, caller, parameters));
        return Answer.ok(data);
    }
}
