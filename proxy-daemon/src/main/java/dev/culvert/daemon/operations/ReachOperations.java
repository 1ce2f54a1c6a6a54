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

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.operations.Operation.Trait;
import java.util.List;

/** What can be done with ports of agents. */
final class ReachOperations {
    private static final int MOST_PORT = 65_535;

    private static final Parameter AGENT = path("id", "The id of the agent");
    private static final Parameter PREVIEW = path("preview", "The id of the preview");

    static final List<Operation> ALL =
            List.of(
                    op("forward", "Open a connection to a port of an agent's VM", CHANGE)
                            .verb("forward")
                            .takes(
                                    AGENT,
                                    path(
                                            "port",
                                            Schema.number(1, MOST_PORT),
                                            "The port on the loopback address of the VM"))
                            .is(Trait.IS_A_CONNECTION)
                            .needs(Need.REACH)
                            .at(GET, "/agents/{id}/forward/{port}"),
                    op("reverse", "Let a port of a VM lead to a service of the host", CHANGE)
                            .verb("reverse")
                            .takes(
                                    AGENT,
                                    path(
                                            "port",
                                            Schema.number(1, MOST_PORT),
                                            "The port to open on the loopback address of the VM"),
                                    query("to", Schema.TEXT, "The service, as `HOST:PORT`")
                                            .required())
                            .is(Trait.IS_A_CONNECTION)
                            .needs(Need.REACH)
                            .at(GET, "/agents/{id}/reverse/{port}"),
                    op(
                                    "previews.create",
                                    "Make a link to a port of an agent, for a browser, and"
                                            + " show it once",
                                    CHANGE)
                            .verb("preview create")
                            .takes(
                                    AGENT,
                                    body(
                                                    "port",
                                                    Schema.number(1, MOST_PORT),
                                                    "The port on the loopback address of the VM")
                                            .required(),
                                    body(
                                            "ttl",
                                            Schema.TEXT,
                                            "How long the link is valid, `1h` by default"))
                            .needs(Need.REACH)
                            .at(POST, "/agents/{id}/previews"),
                    op("previews.list", "List the previews, without their links", READ)
                            .verb("preview list")
                            .takes(AFTER, LIMIT)
                            .needs(Need.REACH)
                            .at(GET, "/previews"),
                    op("previews.show", "Show one preview, without its link", READ)
                            .takes(PREVIEW)
                            .needs(Need.REACH)
                            .at(GET, "/previews/{preview}"),
                    op("previews.revoke", "Make the link of a preview invalid", DESTROY)
                            .verb("preview revoke")
                            .takes(PREVIEW)
                            .needs(Need.REACH)
                            .at(DELETE, "/previews/{preview}"));

    private ReachOperations() {}
}
