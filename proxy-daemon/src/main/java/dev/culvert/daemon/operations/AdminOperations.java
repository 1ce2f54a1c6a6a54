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
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.operations.Operation.Trait;
import java.util.Arrays;
import java.util.List;

/** What can be done with tokens, with operations, and with the daemon. */
final class AdminOperations {
    private static final Parameter TOKEN = path("token", "The id of the token");
    private static final List<String> SCOPES =
            Arrays.stream(Scope.values()).map(Scope::label).toList();

    static final List<Operation> ALL =
            List.of(
                    op("token.list", "List the tokens, without their secrets", READ)
                            .verb("token list")
                            .takes(AFTER, LIMIT)
                            .needs(Need.MANAGE_TOKENS)
                            .at(GET, "/tokens"),
                    op("token.create", "Make a token, and show its secret once", CHANGE)
                            .verb("token create")
                            .takes(
                                    body("name", Schema.TEXT, "What it is called in lists and logs")
                                            .required(),
                                    body(
                                            "tenant",
                                            Schema.TEXT,
                                            "The only tenant whose agents it sees; yours by default"),
                                    body(
                                            "scopes",
                                            Schema.listOf(Schema.oneOf(SCOPES)),
                                            "What it may do"),
                                    body(
                                            "roles",
                                            Schema.listOf(Schema.TEXT),
                                            "Named sets of scopes: `viewer`, `operator`, `admin`, or"
                                                    + " one of `auth.roles`"),
                                    body(
                                            "expires_in",
                                            Schema.TEXT,
                                            "How long it is valid, such as `90d`; for ever by default"),
                                    body("rate", Schema.TEXT, "The most requests, such as `50/s`"),
                                    body(
                                            "bytes",
                                            Schema.TEXT,
                                            "The most bytes of bodies, such as `10MiB/s`"),
                                    body(
                                            "turns",
                                            Schema.number(0, Integer.MAX_VALUE),
                                            "The most turns at once"))
                            .needs(Need.MANAGE_TOKENS)
                            .at(POST, "/tokens"),
                    op("token.show", "Show one token, without its secret", READ)
                            .takes(TOKEN)
                            .needs(Need.MANAGE_TOKENS)
                            .at(GET, "/tokens/{token}"),
                    op("token.revoke", "End a token at once, and its streams", DESTROY)
                            .verb("token revoke")
                            .takes(TOKEN)
                            .needs(Need.MANAGE_TOKENS)
                            .at(DELETE, "/tokens/{token}"),
                    op("token.rotate", "Give a token another secret", CHANGE)
                            .verb("token rotate")
                            .takes(
                                    TOKEN,
                                    body(
                                            "overlap",
                                            Schema.TEXT,
                                            "How long the former secret stays valid, `1h` by default"))
                            .needs(Need.MANAGE_TOKENS)
                            .at(POST, "/tokens/{token}/rotate"),
                    op("operations.list", "List what you may do", READ)
                            .verb("call")
                            .needs(Need.A_CALLER)
                            .at(GET, "/operations"),
                    op("operations.run", "Run an operation by its name", CHANGE)
                            .verb("call")
                            .takes(path("operation", "The name, as operations.list has it"))
                            .is(Trait.RUNS_ANOTHER, Trait.TAKES_MORE)
                            .needs(Need.A_CALLER)
                            .at(POST, "/operations/{operation}"),
                    op("op.list", "List the latest changes, and who made them", READ)
                            .verb("op")
                            .takes(AFTER, LIMIT)
                            .needs(Need.A_CALLER)
                            .at(GET, "/operations/runs"),
                    op("op.show", "Show how a change went", READ)
                            .verb("op")
                            .takes(path("run", "The value of the header culvert-op"))
                            .needs(Need.A_CALLER)
                            .at(GET, "/operations/runs/{run}"),
                    op("reload", "Read the daemon's settings again", CHANGE)
                            .verb("reload")
                            .at(POST, "/admin/reload"),
                    op("drain", "Make the daemon refuse new work, while its turns go on", CHANGE)
                            .verb("drain")
                            .at(POST, "/admin/drain"),
                    op("drain.end", "Let the daemon take work again", CHANGE)
                            .verb("drain --end")
                            .at(DELETE, "/admin/drain"),
                    op("log-level.show", "Show the levels of the daemon's log", READ)
                            .verb("log-level")
                            .at(GET, "/admin/log-level"),
                    op("log-level", "Change the level of an area of the daemon's log", CHANGE)
                            .verb("log-level")
                            .takes(
                                    body("area", Schema.TEXT, "A part of the daemon, or `all`"),
                                    body(
                                                    "level",
                                                    Schema.oneOf(
                                                            List.of(
                                                                    "error", "warn", "info",
                                                                    "debug", "trace")),
                                                    "From now on")
                                            .required(),
                                    body(
                                            "for",
                                            Schema.TEXT,
                                            "After this time it is as before: `10m`, up to `24h`"))
                            .at(PUT, "/admin/log-level"),
                    op("status", "Show the daemon on one screen", READ)
                            .verb("status")
                            .at(GET, "/admin/status"),
                    op("log", "Show the latest records of the daemon's log", READ)
                            .takes(
                                    query("agent", Schema.TEXT, "Only those that name this agent"),
                                    query(
                                            "since",
                                            Schema.TEXT,
                                            "Only those from then on: a time, or how long ago, such"
                                                    + " as `30m`"),
                                    query("until", Schema.TEXT, "Only those until then"),
                                    query(
                                            "level",
                                            Schema.oneOf(
                                                    List.of(
                                                            "error", "warn", "info", "debug",
                                                            "trace")),
                                            "Only those that are at least so grave"),
                                    query(
                                            "operation",
                                            Schema.TEXT,
                                            "Only those of this operation, such as `tunnel.add`,"
                                                    + " or of all that begin so: `tunnel`"),
                                    query("op", Schema.TEXT, "Only those of this run or request"),
                                    query("text", Schema.TEXT, "Only those that contain this"),
                                    query(
                                            "after",
                                            Schema.number(0, Integer.MAX_VALUE),
                                            "Only those after the record of this number"),
                                    query(
                                            "limit",
                                            Schema.number(1, 5_000),
                                            "The most records, 200 by default"))
                            .at(GET, "/admin/log"),
                    op("audit", "Check that nobody has changed the daemon's audit log", READ)
                            .takes(
                                    query(
                                            "head",
                                            Schema.TEXT,
                                            "A head that was noted before; the log must contain"
                                                    + " that line"))
                            .at(GET, "/admin/audit"),
                    op(
                                    "settings",
                                    "Print the settings of the daemon that runs, and who set each",
                                    READ)
                            .verb("config print")
                            .at(GET, "/admin/settings"),
                    op("dump", "Show what every thread does", READ).at(GET, "/admin/dump"),
                    op(
                                    "fleet.export",
                                    "Export all agents with their configurations, which may contain keys",
                                    READ)
                            .verb("fleet export")
                            .takes(AFTER, LIMIT)
                            .at(GET, "/admin/fleet"),
                    op("db.check", "Read the whole database, and tell whether it is sound", READ)
                            .verb("db check")
                            .takes(
                                    query(
                                            "quick",
                                            Schema.BOOLEAN,
                                            "Read only the schema: whether it answers"))
                            .at(GET, "/admin/database"),
                    op("db.backup", "Write a copy of the database beside it", CHANGE)
                            .verb("db backup")
                            .takes(
                                    body(
                                            "name",
                                            Schema.TEXT,
                                            "Of the file in `backups`; of the time by default"))
                            .at(POST, "/admin/database/backups"));

    private AdminOperations() {}
}
