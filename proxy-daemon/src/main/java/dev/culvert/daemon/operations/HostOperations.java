package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.path;
import static io.netty.handler.codec.http.HttpMethod.GET;

import java.util.List;

/** The hosts of a cluster. */
final class HostOperations {
    static final List<Operation> ALL =
            List.of(
                    op("hosts.list", "List the hosts of the cluster, and how each is", READ)
                            .verb("hosts list")
                            .takes(AFTER, LIMIT)
                            .at(GET, "/hosts"),
                    op("hosts.show", "Show one host of the cluster", READ)
                            .verb("hosts show")
                            .takes(path("host", "The name of the host"))
                            .at(GET, "/hosts/{host}"));

    private HostOperations() {}
}
