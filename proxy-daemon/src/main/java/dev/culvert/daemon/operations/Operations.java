package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.DESTROY;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static dev.culvert.daemon.operations.Parameter.query;
import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Caller.Kind;
import dev.culvert.daemon.auth.Need;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every operation of the daemon, described once. */
/* A test compares this list with openapi.yaml in both directions, and another one that with the routes. */
public final class Operations {
    private static final String API = "/api/v1";
    private static final Parameter AGENT = path("id", "The agent");
    private static final Parameter TOKEN = path("token", "Its id or its name");
    private static final Parameter TURN = path("turn", "The turn");
    private static final Parameter AFTER = query("after", "string", "Begin after this entry");
    private static final Parameter LIMIT = query("limit", "integer", "How many entries, 1 to 1000");
    private static final Parameter ROLE = body("role", "string", "Who speaks, usually user");
    private static final Parameter CONTENT = body("content", "string", "What is said");
    private static final Parameter MESSAGES =
            body("messages", "array", "A conversation, instead of role and content");

    private static final List<Operation> ALL =
            List.of(
                    op("message", "Ask an agent, and wait for its whole answer", CHANGE)
                            .takes(AGENT, ROLE, CONTENT, MESSAGES)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/message"),
                    op("stream", "Ask an agent, and stream its answer", CHANGE)
                            .takes(AGENT, ROLE, CONTENT, MESSAGES)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/stream"),
                    op("stream.get", "Ask an agent, and stream its answer to a browser", CHANGE)
                            .withoutVerb()
                            .takes(
                                    AGENT,
                                    query("message", "string", "The message, as JSON").required())
                            .needs(Need.CHANGE_AGENTS)
                            .at(GET, "/agents/{id}/stream"),
                    op("turns.list", "List the turns in progress", READ)
                            .takes(query("agent", "string", "Of this agent only"), AFTER, LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/turns"),
                    op("turns.show", "Show a turn", READ)
                            .takes(TURN)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/turns/{turn}"),
                    op("turns.cancel", "Stop a turn", DESTROY)
                            .takes(TURN)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/turns/{turn}"),
                    op("turns.resume", "Read a turn on", CHANGE)
                            .takes(TURN, query("after", "integer", "The last event that you have"))
                            .needs(Need.CHANGE_AGENTS)
                            .at(GET, "/turns/{turn}/stream"),
                    op("agents.turns", "List the turns of an agent", READ)
                            .takes(AGENT, AFTER, LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents/{id}/turns"),
                    op("agents.context", "Give an agent context for all later turns", CHANGE)
                            .takes(AGENT, body("context", "string", "null clears it").required())
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/context"),
                    op("agents.config", "Show whether an agent has its configuration", READ)
                            .takes(AGENT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents/{id}/config"),
                    op("agents.configure", "Replace the configuration of an agent", CHANGE)
                            .takes(
                                    AGENT,
                                    body("config", "object", "For its runtime").required(),
                                    body("tool_allowlist", "array", "null allows every tool")
                                            .required())
                            .needs(Need.CHANGE_AGENTS)
                            .at(PUT, "/agents/{id}/config"),
                    op("ping", "Measure the round trip to an agent", READ)
                            .takes(AGENT)
                            .needs(Need.READ_AGENTS)
                            .at(POST, "/agents/{id}/ping"),
                    op("agents.list", "List the agents", READ)
                            .takes(
                                    query("state", "string", "Only those in this state"),
                                    query("tenant", "string", "Only those of this tenant"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents"),
                    op("agents.show", "Show an agent", READ)
                            .takes(AGENT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents/{id}"),
                    op("agents.add", "Add an agent, or change it", CHANGE)
                            .takes(
                                    AGENT,
                                    body("address", "string", "Where it is").required(),
                                    body("tenant", "string", "Whose it is"))
                            .needs(Need.CHANGE_AGENTS)
                            .at(PUT, "/agents/{id}"),
                    op("agents.remove", "Remove an agent and its configuration", DESTROY)
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/agents/{id}"),
                    op("events", "Follow the changes of the fleet", READ)
                            .withoutVerb()
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/events"),
                    op("token.list", "List tokens, without their secrets", READ)
                            .takes(AFTER, LIMIT)
                            .needs(Need.MANAGE_TOKENS)
                            .at(GET, "/tokens"),
                    op("token.create", "Make a token, and show its secret once", CHANGE)
                            .takes(
                                    body("name", "string", "Of the token").required(),
                                    body("tenant", "string", "The only one that it sees"),
                                    body("scopes", "array", "What it may do"),
                                    body("roles", "array", "Names of sets of scopes"),
                                    body("expires_in", "string", "How long it is valid"),
                                    body("rate", "string", "Requests, such as 50/s"),
                                    body("turns", "integer", "Turns at once"))
                            .needs(Need.MANAGE_TOKENS)
                            .at(POST, "/tokens"),
                    op("token.show", "Show a token, without its secret", READ)
                            .takes(TOKEN)
                            .needs(Need.MANAGE_TOKENS)
                            .at(GET, "/tokens/{token}"),
                    op("token.revoke", "Revoke a token, which ends its streams", DESTROY)
                            .takes(TOKEN)
                            .needs(Need.MANAGE_TOKENS)
                            .at(DELETE, "/tokens/{token}"),
                    op("token.rotate", "Give a token another secret", CHANGE)
                            .takes(
                                    TOKEN,
                                    body("overlap", "string", "How long the old one is valid"))
                            .needs(Need.MANAGE_TOKENS)
                            .at(POST, "/tokens/{token}/rotate"),
                    op("operations.list", "List what you may do", READ)
                            .withoutVerb()
                            .needs(Need.A_CALLER)
                            .at(GET, "/operations"),
                    op("op.list", "List what was changed lately, and by whom", READ)
                            .takes(AFTER, LIMIT)
                            .needs(Need.A_CALLER)
                            .at(GET, "/operations/runs"),
                    op("op.show", "Show how a change went", READ)
                            .takes(path("run", "The value of the header culvert-op"))
                            .needs(Need.A_CALLER)
                            .at(GET, "/operations/runs/{run}"),
                    op("reload", "Read the settings again", CHANGE)
                            .needs(Need.OPERATE)
                            .at(POST, "/admin/reload"),
                    op("drain", "Take no new work", CHANGE)
                            .needs(Need.OPERATE)
                            .at(POST, "/admin/drain"),
                    op("drain.end", "Take work again", CHANGE)
                            .needs(Need.OPERATE)
                            .at(DELETE, "/admin/drain"),
                    op("log-level.show", "Show the levels of the log", READ)
                            .needs(Need.OPERATE)
                            .at(GET, "/admin/log-level"),
                    op("log-level", "Change the level of the log", CHANGE)
                            .takes(
                                    body("area", "string", "A part of the daemon, or all"),
                                    body("level", "string", "error, warn, info, debug or trace")
                                            .required(),
                                    body("for", "string", "A time, after which it is as before"))
                            .needs(Need.OPERATE)
                            .at(PUT, "/admin/log-level"),
                    op("status", "Show the daemon on one screen", READ)
                            .needs(Need.OPERATE)
                            .at(GET, "/admin/status"),
                    op("settings", "Show each setting in force, and who set it", READ)
                            .withoutVerb()
                            .needs(Need.OPERATE)
                            .at(GET, "/admin/settings"),
                    op("dump", "Show what every thread does", READ)
                            .withoutVerb()
                            .needs(Need.OPERATE)
                            .at(GET, "/admin/dump"));

    private Operations() {}

    /** In the order in which they are shown. */
    public static List<Operation> all() {
        return ALL;
    }

    /** What the caller may do. */
    public static List<Operation> of(Caller caller) {
        return ALL.stream().filter(it -> isFor(caller, it.need())).toList();
    }

    /** Without credentials, what concerns the whole daemon is done on the admin socket only. */
    static boolean isFor(Caller caller, Need need) {
        return caller.may(need) && (need != Need.OPERATE || caller.kind() != Kind.ANYBODY);
    }

    /** The operation of a route's method; null if it is none. */
    public static @Nullable Operation find(HttpMethod method, List<String> templates) {
        return ALL.stream()
                .filter(it -> it.method().equals(method) && templates.contains(it.path()))
                .findAny()
                .orElse(null);
    }

    private static Draft op(String name, String summary, Effect effect) {
        return new Draft(name, name.replace('.', ' '), summary, effect, List.of(), Need.NOTHING);
    }

    /** An operation that is not complete. */
    private record Draft(
            String name,
            String verb,
            String summary,
            Effect effect,
            List<Parameter> parameters,
            Need need) {
        Draft withoutVerb() {
            return new Draft(name, "", summary, effect, parameters, need);
        }

        Draft takes(Parameter... all) {
            return new Draft(name, verb, summary, effect, List.of(all), need);
        }

        Draft needs(Need needed) {
            return new Draft(name, verb, summary, effect, parameters, needed);
        }

        Operation at(HttpMethod method, String path) {
            return new Operation(name, verb, summary, parameters, effect, need, method, API + path);
        }
    }
}
