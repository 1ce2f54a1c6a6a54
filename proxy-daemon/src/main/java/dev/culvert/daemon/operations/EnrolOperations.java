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

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What can be done with agents that enrol themselves. */
final class EnrolOperations {
    private static final Parameter AGENT = path("id", "The id of the agent");
    private static final Parameter ENROLLMENT = path("enrollment", "The id of the enrolment");

    static final List<Operation> ALL =
            List.of(
                    op(
                                    "enroll",
                                    "Make a join token for one agent, and show it once with the"
                                            + " command to run there",
                                    CHANGE)
                            .verb("enroll")
                            .takes(
                                    body(
                                            "name",
                                            Schema.TEXT,
                                            "The id that the agent will have; without it the agent"
                                                    + " chooses"),
                                    body(
                                            "tenant",
                                            Schema.TEXT,
                                            "Whose it will be; yours by default"),
                                    body(
                                            "ttl",
                                            Schema.TEXT,
                                            "How long the token is valid, `1h` by default"))
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/enrollments"),
                    op("enrollments.list", "List the join tokens, without their secrets", READ)
                            .verb("enrollments list")
                            .takes(AFTER, LIMIT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/enrollments"),
                    op("enrollments.show", "Show how far one enrolment is", READ)
                            .takes(ENROLLMENT)
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/enrollments/{enrollment}"),
                    op("enrollments.delete", "Make a join token invalid", DESTROY)
                            .verb("enrollments delete")
                            .takes(ENROLLMENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/enrollments/{enrollment}"),
                    op("agents.rotate", "Give an agent that dials in another key", CHANGE)
                            .verb("agents rotate")
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(POST, "/agents/{id}/identity/rotate"),
                    op(
                                    "agents.revoke",
                                    "End the identity of an agent that dials in, its link and its"
                                            + " streams",
                                    DESTROY)
                            .verb("agents revoke")
                            .takes(AGENT)
                            .needs(Need.CHANGE_AGENTS)
                            .at(DELETE, "/agents/{id}/identity"));

    private EnrolOperations() {}
}
