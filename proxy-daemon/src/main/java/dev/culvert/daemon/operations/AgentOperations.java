package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
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

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.operations.Operation.Trait;
import java.util.List;

/** What can be done with agents and their turns. */
final class AgentOperations {
    private static final long MOST_CID = 0xfffffffeL;
    private static final int MOST_QUIESCED_SECS = 86_400;
    private static final int MOST_QUIESCE_WAIT_SECS = 600;
    private static final long MOST_EXACT = (1L << 53) - 1;

    private static final Parameter AGENT = path("id", "The id of the agent");
    private static final Parameter TURN = path("turn", "The id of the turn");
    private static final Parameter ROLE =
            body("role", Schema.TEXT, "Who speaks, usually `user`; goes with `content`");
    private static final Parameter CONTENT = body("content", Schema.TEXT, "What is said");
    private static final Parameter MESSAGES =
            body(
                    "messages",
                    Schema.listOf(Schema.OBJECT),
                    "A conversation as in OpenAI's chat completions, instead of `role` and `content`");
    private static final Parameter CONFIG =
            body("config", Schema.OBJECT, "The configuration, as the agent's software wants it");
    private static final String TOOLS =
            "The tools that it may use; `*` matches any characters. Empty%s allows every tool";

    static final List<Operation> ALL =
            List.of(
                    op(
                                    "message",
                                    "Send a message to an agent, and wait for its whole answer",
                                    CHANGE)
                            .verb("message")
                            .takes(AGENT, ROLE, CONTENT, MESSAGES)
                            .is(Trait.IS_OF_A_TURN, Trait.TAKES_MORE)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/message"),
                    op("stream", "Send a message to an agent, and stream its answer", CHANGE)
                            .verb("stream")
                            .takes(AGENT, ROLE, CONTENT, MESSAGES)
                            .is(Trait.IS_OF_A_TURN, Trait.TAKES_MORE, Trait.STREAMS)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/stream"),
                    op("stream.get", "Send a message to an agent, from a browser", CHANGE)
                            .takes(AGENT, query("message", Schema.OBJECT, "The message").required())
                            .is(Trait.IS_OF_A_TURN, Trait.STREAMS)
                            .needs(Need.CHANGE_AGENTS)
                            .at(GET, "/agents/{id}/stream"),
                    op("turns.list", "List the turns that clients read now, or may resume", READ)
                            .verb("turns list")
                            .takes(
                                    query("agent", Schema.TEXT, "Only those of this agent"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/turns"),
                    op("turns.show", "Show what the daemon knows of one turn", READ)
                            .verb("turns show")
                            .takes(TURN)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/turns/{turn}"),
                    op("turns.cancel", "Stop a turn wherever it runs", DESTROY)
                            .verb("turns cancel")
                            .takes(TURN)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/turns/{turn}"),
                    op(
                                    "turns.resume",
                                    "Read a turn on, instead of its reader or along with it",
                                    CHANGE)
                            .takes(
                                    TURN,
                                    query(
                                            "watch",
                                            Schema.number(0, 1),
                                            "1 to read along with its reader, and to leave it the turn"),
                                    query(
                                            "after",
                                            Schema.number(0, MOST_EXACT),
                                            "The number of the last event that you have"))
                            .is(Trait.IS_OF_A_TURN, Trait.STREAMS)
                            .needs(Need.CHANGE_AGENTS)
                            .at(GET, "/turns/{turn}/stream"),
                    op(
                                    "turns.continue",
                                    "Go on with a turn, with the results of your own tools",
                                    CHANGE)
                            .takes(
                                    TURN,
                                    body(
                                                    "continuation",
                                                    Schema.TEXT,
                                                    "What the end of the turn gave you")
                                            .required(),
                                    body(
                                                    "tool_results",
                                                    Schema.listOf(Schema.OBJECT),
                                                    "One result for each call: `id`, `success`, and `result` or `error`")
                                            .required())
                            .is(Trait.IS_OF_A_TURN, Trait.STREAMS)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/turns/{turn}/continue"),
                    op("agents.turns", "List the turns of an agent that can be resumed", READ)
                            .takes(AGENT, AFTER, LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents/{id}/turns"),
                    op("agents.context", "Give an agent context for all later turns", CHANGE)
                            .takes(
                                    AGENT,
                                    body(
                                                    "context",
                                                    Schema.ANY,
                                                    "Any value; null clears the context")
                                            .required())
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/context"),
                    op("agents.config", "Show whether an agent has its configuration", READ)
                            .takes(
                                    AGENT,
                                    query(
                                            "contents",
                                            Schema.number(0, 1),
                                            "1 to show the configurations, too, to callers who may change"
                                                    + " them; secrets are hidden"))
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents/{id}/config"),
                    op("agents.configure", "Replace the configuration of an agent", CHANGE)
                            .takes(
                                    AGENT,
                                    CONFIG.required(),
                                    body(
                                                    "tool_allowlist",
                                                    Schema.listOf(Schema.TEXT).orNull(),
                                                    TOOLS.formatted(" or null"))
                                            .required(),
                                    body(
                                            "tools",
                                            Schema.OBJECT,
                                            "`policy` in it has the rules of what tools may do"))
                            .needs(Need.CHANGE_AGENTS)
                            .at(PUT, "/agents/{id}/config"),
                    op("ping", "Measure the way to an agent and back", READ)
                            .verb("ping")
                            .takes(AGENT)
                            .needs(Need.READ_AGENTS)
                            .at(POST, "/agents/{id}/ping"),
                    op("agents.list", "List the agents", READ)
                            .verb("agents list")
                            .takes(
                                    query(
                                            "state",
                                            Schema.oneOf(
                                                    List.of(
                                                            "connecting",
                                                            "ready",
                                                            "unreachable",
                                                            "draining",
                                                            "quiesced")),
                                            "Only those in this state"),
                                    query("tenant", Schema.TEXT, "Only those of this tenant"),
                                    query(
                                            "worked_since",
                                            Schema.TEXT,
                                            "Only those whose `work` has changed since this time"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents"),
                    op("agents.show", "Show one agent", READ)
                            .verb("agents show")
                            .takes(AGENT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/agents/{id}"),
                    op("agents.add", "Add an agent, or change it", CHANGE)
                            .verb("agents add")
                            .takes(
                                    AGENT,
                                    body(
                                            "address",
                                            Schema.TEXT,
                                            "vsock://CID:PORT, HOST:PORT, unix:///PATH or"
                                                    + " unix:///PATH?port=PORT"),
                                    body(
                                            "cid",
                                            Schema.number(3, MOST_CID),
                                            "The CID of its VM, instead of `address`"),
                                    body("tenant", Schema.TEXT, "Whose it is"),
                                    CONFIG,
                                    body(
                                            "tool_allowlist",
                                            Schema.listOf(Schema.TEXT),
                                            TOOLS.formatted("")))
                            .needs(Need.CHANGE_AGENTS)
                            .at(PUT, "/agents/{id}"),
                    op("agents.remove", "Remove an agent, and forget its configuration", DESTROY)
                            .verb("agents remove")
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/agents/{id}"),
                    op("agents.drain", "Keep new work from an agent, while its turns go on", CHANGE)
                            .verb("agents drain")
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/drain"),
                    op("agents.drain.end", "Let an agent take work again", CHANGE)
                            .verb("agents drain --end")
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/agents/{id}/drain"),
                    op(
                                    "agents.quiesce",
                                    "Park the turns of an agent, so that its VM can be paused",
                                    CHANGE)
                            .verb("agents quiesce")
                            .takes(
                                    AGENT,
                                    query(
                                            "limit_secs",
                                            Schema.number(1, MOST_QUIESCED_SECS),
                                            "After so many seconds the turns go on by themselves"),
                                    query(
                                            "wait_secs",
                                            Schema.number(0, MOST_QUIESCE_WAIT_SECS),
                                            "So many seconds to wait for calls of tools that run"))
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/quiesce"),
                    op("agents.quiesce.end", "Let the parked turns of an agent go on", CHANGE)
                            .verb("agents unquiesce")
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/agents/{id}/quiesce"),
                    op("events", "Follow the changes of the fleet", READ)
                            .is(Trait.STREAMS)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/events"));

    private AgentOperations() {}
}
