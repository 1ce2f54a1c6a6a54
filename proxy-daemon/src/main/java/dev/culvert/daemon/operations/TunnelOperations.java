package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.DESTROY;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What can be done with SSH tunnels. */
final class TunnelOperations {
    private static final Parameter TUNNEL = path("tunnel", "The name of the tunnel");
    private static final Parameter WAIT =
            body("wait", Schema.TEXT, "How long to wait until it is up, `15s` by default");

    private static final Parameter URLS =
            body(
                    "urls",
                    Schema.listOf(Schema.TEXT),
                    "What to check, up to 16 addresses as `check` takes them; by default OpenAI's"
                            + " and Anthropic's API");
    private static final Parameter DRY =
            body(
                    "dry_run",
                    Schema.BOOLEAN,
                    "True to say only what would be done, and to change and check nothing");

    static final List<Operation> ALL =
            List.of(
                    op("tunnel.list", "List the SSH tunnels, and how each is", READ)
                            .verb("tunnel list")
                            .takes(AFTER, LIMIT)
                            .needs(Need.REACH_HOSTS)
                            .at(GET, "/tunnels"),
                    op("tunnel.add", "Add an SSH tunnel", CHANGE)
                            .verb("tunnel add")
                            .takes(
                                    body("name", Schema.TEXT, "What it will be called").required(),
                                    body(
                                            "kind",
                                            Schema.oneOf(List.of("local", "remote", "dynamic")),
                                            "`local` by default: a port of this host leads to one"
                                                    + " that the server reaches"),
                                    body("host", Schema.TEXT, "The SSH server").required(),
                                    body(
                                            "port",
                                            Schema.number(1, 65_535),
                                            "Its port, 22 by default"),
                                    body("user", Schema.TEXT, "As whom to log in"),
                                    body("key", Schema.TEXT, "The name of a key (`keys.list`)"),
                                    body("jump", Schema.TEXT, "Servers to go through, as `ssh -J`"),
                                    body(
                                            "host_key",
                                            Schema.TEXT,
                                            "The fingerprint that the server's key must have"),
                                    body(
                                            "keepalive",
                                            Schema.TEXT,
                                            "How often the server must answer, `15s` by default"),
                                    body(
                                            "listen",
                                            Schema.TEXT,
                                            "Where callers come in, `tcp://127.0.0.1:PORT`; of a"
                                                    + " remote tunnel on the server"),
                                    body("to", Schema.TEXT, "`HOST:PORT` at the far end"),
                                    body(
                                            "probe",
                                            Schema.oneOf(
                                                    List.of(
                                                            "none", "tcp", "banner", "http",
                                                            "socks")),
                                            "What has to happen there for it to be up"),
                                    body(
                                            "probe_to",
                                            Schema.TEXT,
                                            "`HOST:PORT` for the probe of a dynamic tunnel; by"
                                                    + " default the port of its server, on itself"),
                                    body(
                                            "wait",
                                            Schema.TEXT,
                                            "How long callers wait while it is not up, `30s` by"
                                                    + " default"),
                                    body(
                                            "start",
                                            Schema.of("boolean"),
                                            "False to add it without starting it"))
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/tunnels"),
                    op("tunnel.status", "Show how an SSH tunnel is, and what it fails at", READ)
                            .verb("tunnel status")
                            .takes(TUNNEL)
                            .needs(Need.REACH_HOSTS)
                            .at(GET, "/tunnels/{tunnel}"),
                    op("tunnel.start", "Start an SSH tunnel, and wait until it is up", CHANGE)
                            .verb("tunnel start")
                            .takes(TUNNEL, WAIT)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/tunnels/{tunnel}/start"),
                    op("tunnel.stop", "Stop an SSH tunnel, and end its connections", CHANGE)
                            .verb("tunnel stop")
                            .takes(TUNNEL)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/tunnels/{tunnel}/stop"),
                    op("tunnel.restart", "Stop an SSH tunnel, and start it again", CHANGE)
                            .verb("tunnel restart")
                            .takes(TUNNEL, WAIT)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/tunnels/{tunnel}/restart"),
                    op("tunnel.test", "Send something through an SSH tunnel now", READ)
                            .verb("tunnel test")
                            .takes(TUNNEL)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/tunnels/{tunnel}/test"),
                    op("tunnel.hostkeys", "Ask the server of an SSH tunnel for its keys", READ)
                            .takes(TUNNEL)
                            .needs(Need.REACH_HOSTS)
                            .at(GET, "/tunnels/{tunnel}/host-keys"),
                    op("tunnel.trust", "Trust a key of the server of an SSH tunnel", CHANGE)
                            .verb("tunnel trust")
                            .takes(
                                    TUNNEL,
                                    body(
                                                    "fingerprint",
                                                    Schema.TEXT,
                                                    "Which one, `SHA256:…`; compare it before")
                                            .required())
                            .needs(Need.REACH_HOSTS)
                            .at(PUT, "/tunnels/{tunnel}/host-keys"),
                    op("tunnel.remove", "Remove an SSH tunnel that a client has added", DESTROY)
                            .verb("tunnel rm")
                            .takes(TUNNEL)
                            .needs(Need.REACH_HOSTS)
                            .at(DELETE, "/tunnels/{tunnel}"),
                    op(
                                    "reach.setup",
                                    "Make the SSH keys that tunnels name, start the tunnels, and"
                                            + " check servers",
                                    CHANGE)
                            .verb("reach setup")
                            .takes(URLS, DRY)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/reach/setup"),
                    op(
                                    "reach.health",
                                    "Say whether keys are there, tunnels are up, and servers"
                                            + " reachable",
                                    READ)
                            .verb("reach health")
                            .takes(URLS, DRY)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/reach/health"),
                    op(
                                    "reach.stop",
                                    "Stop the SSH tunnels, with their processes and sockets",
                                    CHANGE)
                            .verb("reach stop")
                            .takes(DRY)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/reach/stop"));

    private TunnelOperations() {}
}
