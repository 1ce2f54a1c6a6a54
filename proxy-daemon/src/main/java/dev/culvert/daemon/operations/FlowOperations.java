package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static dev.culvert.daemon.operations.Parameter.query;
import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What can be done with flows and their runs. */
final class FlowOperations {
    private static final Parameter RUN = path("run", "The id of the run, `fr_…`");
    private static final Parameter FILE =
            body("file", Schema.TEXT, "The name of the file, for messages");

    static final List<Operation> ALL =
            List.of(
                    op("flows.list", "List the flows of the daemon's folder", READ)
                            .verb("flow files")
                            .needs(Need.RUN_FLOWS)
                            .at(GET, "/flows"),
                    op("flows.show", "Show the inputs, the steps and the outputs of a flow", READ)
                            .verb("flow graph")
                            .takes(path("flow", "The name of a flow of the daemon's folder"))
                            .needs(Need.RUN_FLOWS)
                            .at(GET, "/flows/{flow}"),
                    op("flows.validate", "Check a flow, and tell every mistake in it", READ)
                            .verb("flow validate")
                            .takes(
                                    body("text", Schema.TEXT, "The flow: JSON with comments")
                                            .required(),
                                    FILE)
                            .needs(Need.RUN_FLOWS)
                            .at(POST, "/flow-checks"),
                    op("flow.run", "Start a flow", CHANGE)
                            .verb("flow run")
                            .takes(
                                    body(
                                            "flow",
                                            Schema.TEXT,
                                            "The name of a flow of the daemon's folder; this or"
                                                    + " `text`"),
                                    body("text", Schema.TEXT, "A flow of your own"),
                                    FILE,
                                    body("inputs", Schema.OBJECT, "Its inputs, by name"),
                                    body(
                                            "outputs",
                                            Schema.listOf(Schema.TEXT),
                                            "Only what these outputs need runs"),
                                    body(
                                            "only",
                                            Schema.listOf(Schema.TEXT),
                                            "Only these steps and what they need run"),
                                    body(
                                            "tenant",
                                            Schema.TEXT,
                                            "To whom the run belongs; only for callers of no"
                                                    + " tenant, `default` by default"))
                            .needs(Need.RUN_FLOWS)
                            .at(POST, "/flow-runs"),
                    op("flow.list", "List the runs of flows, the latest first", READ)
                            .verb("flow list")
                            .takes(
                                    query("flow", Schema.TEXT, "Only those of this flow"),
                                    query(
                                            "state",
                                            Schema.oneOf(
                                                    List.of(
                                                            "running",
                                                            "unknown",
                                                            "done",
                                                            "failed",
                                                            "cancelled")),
                                            "Only those in this state"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.RUN_FLOWS)
                            .at(GET, "/flow-runs"),
                    op("flow.show", "Show one run of a flow, with its steps", READ)
                            .verb("flow show")
                            .takes(RUN)
                            .needs(Need.RUN_FLOWS)
                            .at(GET, "/flow-runs/{run}"),
                    op(
                                    "flow.why",
                                    "Tell what has changed for a step, of what it was given, since"
                                            + " the run before",
                                    READ)
                            .verb("flow why")
                            .takes(
                                    RUN,
                                    query("step", Schema.TEXT, "The name of the step").required())
                            .needs(Need.RUN_FLOWS)
                            .at(GET, "/flow-runs/{run}/why"),
                    op("flow.cancel", "Cancel a run of a flow", CHANGE)
                            .verb("flow cancel")
                            .takes(RUN)
                            .needs(Need.RUN_FLOWS)
                            .at(DELETE, "/flow-runs/{run}"),
                    op(
                                    "flow.resume",
                                    "Say what happened to a step that nobody knows of, and let the"
                                            + " run go on",
                                    CHANGE)
                            .verb("flow resume")
                            .takes(
                                    RUN,
                                    body(
                                                    "step",
                                                    Schema.TEXT,
                                                    "The name of the step, or of the item of it")
                                            .required(),
                                    body(
                                                    "as",
                                                    Schema.oneOf(List.of("done", "again")),
                                                    "Whether it was done, or is to begin again")
                                            .required(),
                                    body(
                                            "output",
                                            Schema.OBJECT,
                                            "What came of it, if it was done"))
                            .needs(Need.RUN_FLOWS)
                            .at(POST, "/flow-runs/{run}/resume"));

    private FlowOperations() {}
}
