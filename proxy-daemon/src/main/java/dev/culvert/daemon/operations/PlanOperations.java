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

/** What can be done with desired states of infrastructure. */
final class PlanOperations {
    private static final Parameter STATE = path("state", "The name of the desired state");
    private static final Parameter TEXT =
            body(
                            "text",
                            Schema.TEXT,
                            "JSON with comments: `guests`, a list as files of a workspace have"
                                    + " them, and `server` and `node` for those that name none")
                    .required();

    static final List<Operation> ALL =
            List.of(
                    op("infra.list", "List the desired states, and how much differs", READ)
                            .verb("infra list")
                            .takes(AFTER, LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/infra"),
                    op("infra.show", "Show a desired state", READ)
                            .verb("infra show")
                            .takes(STATE)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/infra/{state}"),
                    op("infra.put", "Keep a desired state; nothing is applied", CHANGE)
                            .verb("infra put")
                            .takes(
                                    STATE,
                                    TEXT,
                                    body(
                                            "revision",
                                            Schema.number(0, Long.MAX_VALUE),
                                            "Refuse unless it replaces this one; 0 for a new"
                                                    + " state"),
                                    body(
                                            "managed",
                                            Schema.listOf(Schema.OBJECT),
                                            "The guests that belong to it, as `infra.show` has"
                                                    + " them in `guests`: these a plan destroys"
                                                    + " when the state no longer wants them"))
                            .needs(Need.CHANGE_GUESTS)
                            .at(PUT, "/infra/{state}"),
                    op("infra.delete", "Forget a desired state; its guests stay", DESTROY)
                            .verb("infra rm")
                            .takes(STATE)
                            .needs(Need.CHANGE_GUESTS)
                            .at(DELETE, "/infra/{state}"),
                    op("infra.validate", "Say what is wrong with a desired state", READ)
                            .verb("infra validate")
                            .takes(STATE, TEXT)
                            .needs(Need.READ_INVENTORY)
                            .at(POST, "/infra/{state}/validate"),
                    op("infra.plan", "Show what a desired state changes, with a digest", READ)
                            .verb("infra plan")
                            .takes(STATE)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/infra/{state}/plan"),
                    op("infra.apply", "Make the changes of the plan that has a digest", DESTROY)
                            .verb("infra apply")
                            .takes(
                                    STATE,
                                    body(
                                                    "digest",
                                                    Schema.TEXT,
                                                    "Of the plan, or how it begins: 6 digits or"
                                                            + " more")
                                            .required())
                            .needs(Need.CHANGE_GUESTS)
                            .at(POST, "/infra/{state}/apply"));

    private PlanOperations() {}
}
