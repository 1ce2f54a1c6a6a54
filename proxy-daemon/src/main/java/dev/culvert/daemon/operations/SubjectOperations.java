package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static dev.culvert.daemon.operations.Parameter.query;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.operations.Operation.Trait;
import java.util.List;

/** What can be said and asked on subjects. */
final class SubjectOperations {
    private static final Parameter SUBJECT =
            path(
                    "subject",
                    "Letters, digits, `_` and `-`, in parts separated by dots, such as `build.done`");
    private static final Parameter TENANT =
            query(
                    "tenant",
                    Schema.TEXT,
                    "Whose subjects; only for callers of no tenant, `default` by default");
    private static final Parameter DATA = body("data", Schema.ANY, "Any JSON value").required();

    static final List<Operation> ALL =
            List.of(
                    op("publish", "Publish a message on a subject", CHANGE)
                            .verb("publish")
                            .takes(
                                    SUBJECT,
                                    TENANT,
                                    DATA,
                                    body("reply", Schema.TEXT, "The subject to which replies go"))
                            .is(Trait.IS_A_MESSAGE)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/subjects/{subject}"),
                    op("subscribe", "Follow the messages on subjects", READ)
                            .verb("subscribe")
                            .takes(
                                    query(
                                                    "match",
                                                    Schema.TEXT,
                                                    "A subject in which `*` stands for one part, and"
                                                            + " `>` at the end for all that follow")
                                            .required(),
                                    TENANT)
                            .is(Trait.STREAMS)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/subjects"),
                    op("request", "Ask an agent on a subject, and wait for its reply", CHANGE)
                            .verb("request")
                            .takes(path("id", "The id of the agent"), SUBJECT, DATA)
                            .is(Trait.IS_A_MESSAGE)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/request/{subject}"));

    private SubjectOperations() {}
}
