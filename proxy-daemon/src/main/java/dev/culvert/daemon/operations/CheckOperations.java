package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What can be found out about servers and machines. */
final class CheckOperations {
    static final List<Operation> ALL =
            List.of(
                    op(
                                    "check",
                                    "Check, hop by hop, whether the daemon's machine or an agent's"
                                            + " reaches servers",
                                    READ)
                            .verb("check")
                            .takes(
                                    body(
                                            "urls",
                                            Schema.listOf(Schema.TEXT),
                                            "https://…, http://… or tcp://HOST:PORT, up to 16; by"
                                                    + " default OpenAI's and Anthropic's API"),
                                    body(
                                            "through",
                                            Schema.TEXT,
                                            "`agent:NAME` to check from inside that agent's machine;"
                                                    + " `tunnel:NAME` through a dynamic or local SSH"
                                                    + " tunnel; or"
                                                    + " a proxy, http://HOST:PORT or"
                                                    + " socks5://HOST:PORT, with USER:PASSWORD@"
                                                    + " before the host if it wants that"),
                                    body(
                                            "timeout",
                                            Schema.TEXT,
                                            "How long one check may take: `checks.timeout` by"
                                                    + " default, up to `50s`"))
                            .needs(Need.REACH)
                            .at(POST, "/checks"),
                    op(
                                    "diagnose",
                                    "Show what the daemon's machine is like, and what is wrong"
                                            + " with it",
                                    READ)
                            .verb("diagnose")
                            .at(GET, "/admin/machine"),
                    op(
                                    "agents.diagnose",
                                    "Show what an agent's machine is like, and what is wrong"
                                            + " with it",
                                    READ)
                            .verb("diagnose")
                            .takes(path("id", "The id of the agent"))
                            .needs(Need.REACH)
                            .at(GET, "/agents/{id}/machine"));

    private CheckOperations() {}
}
