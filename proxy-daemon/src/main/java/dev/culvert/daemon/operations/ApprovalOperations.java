package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static dev.culvert.daemon.operations.Parameter.query;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What can be done about calls of tools that agents ask about. */
final class ApprovalOperations {
    private static final Parameter ID = path("approval", "The id of the approval, `ap_…`");

    static final List<Operation> ALL =
            List.of(
                    op(
                                    "approvals.list",
                                    "List the calls that wait for a decision, and those that were"
                                            + " decided lately",
                                    READ)
                            .verb("approvals list")
                            .takes(
                                    query(
                                            "state",
                                            Schema.oneOf(
                                                    List.of(
                                                            "pending",
                                                            "allowed",
                                                            "denied",
                                                            "used",
                                                            "expired",
                                                            "withdrawn")),
                                            "Only those in this state"),
                                    query("agent", Schema.TEXT, "Only those of this agent"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.DECIDE)
                            .at(GET, "/approvals"),
                    op("approvals.show", "Show one call that waits for a decision, or waited", READ)
                            .verb("approvals show")
                            .takes(ID)
                            .needs(Need.DECIDE)
                            .at(GET, "/approvals/{approval}"),
                    op(
                                    "approvals.decide",
                                    "Allow a call that waits for a decision, or deny it",
                                    CHANGE)
                            .verb("approvals allow")
                            .takes(
                                    ID,
                                    body(
                                                    "decision",
                                                    Schema.oneOf(List.of("allow", "deny")),
                                                    "Whether the call may run, once")
                                            .required(),
                                    body(
                                            "reason",
                                            Schema.TEXT,
                                            "Why, for the agent's model and for whoever looks at it"
                                                    + " later"))
                            .needs(Need.DECIDE)
                            .at(POST, "/approvals/{approval}"));

    private ApprovalOperations() {}
}
