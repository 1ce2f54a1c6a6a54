package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Blame;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.frame.ErrorCode;
import dev.culvert.io.Quoted;
import dev.culvert.link.Failure;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the agent that a request is for, as its caller sees the fleet. There is no other way from a
 * request to an agent. Called on any event loop.
 */
public final class AgentAccess {
    private static final int RETRY_SECONDS = 2;
    private static final int DRAINED_RETRY_SECONDS = 5;
    private static final int QUIESCED_RETRY_SECONDS = 5;

    private final Function<Caller, Visible> fleet;
    private final Consumer<Agent> nudge;
    private final Admission admission;

    /**
     * @param nudge makes the home link of an agent that is away dial at once
     */
    public AgentAccess(
            Function<Caller, Visible> fleet, Consumer<Agent> nudge, Admission admission) {
        this.fleet = fleet;
        this.nudge = nudge;
        this.admission = admission;
    }

    /** The fleet as the caller of the request sees it. */
    public Visible fleet(Request request) {
        return fleet.apply(request.caller());
    }

    /**
     * The agent that the path names.
     *
     * @throws ProblemException when there is none
     */
    public Agent agent(Request request) {
        return agent(request, request.parameter("id"));
    }

    /**
     * The agent of that id.
     *
     * @throws ProblemException when the caller sees none
     */
    public Agent agent(Request request, String id) {
        Agent agent = fleet(request).find(id);
        if (agent == null) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "There is no agent '%s': GET /api/v1/agents lists those there are."
                                    .formatted(Quoted.word(id))));
        }
        return agent;
    }

    /**
     * The agent that a program names as its model: by its id, or by its tenant and its id, such as
     * {@code acme/web-1}. Null where the caller sees none.
     */
    public static @Nullable Agent named(Visible fleet, String model) {
        int slash = model.indexOf('/');
        Agent agent = fleet.find(model.substring(slash + 1));
        return agent == null || (slash >= 0 && !agent.tenant().equals(model.substring(0, slash)))
                ? null
                : agent;
    }

    /**
     * The agent that the path names, if it can work now.
     *
     * @throws ProblemException when it cannot
     */
    public Agent workingAgent(Request request) {
        return workingAgent(request, request.parameter("id"));
    }

    /**
     * The agent of that id, if it can work now. An open link is not enough: an agent that was away
     * may be back without its configuration, and so without the list of tools that it may use.
     *
     * @throws ProblemException when it cannot
     */
    public Agent workingAgent(Request request, String id) {
        admission.checkWork();
        Agent agent = agent(request, id);
        Presence presence = agent.presence();
        if (presence.state() != AgentState.READY
                && agent.drainedSince() != null
                && agent.quiesced() == null) {
            throw drained(agent);
        }
        switch (presence.state()) {
            case READY -> {}
            case DRAINING ->
                    throw notNow(
                            "Agent '%s' is shutting down: try again later.".formatted(agent.id()));
            case CONNECTING -> {
                nudge.accept(agent);
                if (agent.desired() != null) {
                    throw notNow(
                            "Agent '%s' has not taken its configuration yet: try again later, GET /api/v1/agents/%s says how it is."
                                    .formatted(agent.id(), agent.id()));
                }
            }
            case QUIESCED -> throw quiesced(agent);
            case UNREACHABLE -> {
                if (agent.isQuiesced()) {
                    throw quiesced(agent);
                }
                nudge.accept(agent);
                if (agent.desired() != null) {
                    throw new ProblemException(
                            Problem.of(
                                    new Failure.Unreachable(String.valueOf(presence.lastError()))));
                }
            }
        }
        return agent;
    }

    private static ProblemException drained(Agent agent) {
        return new ProblemException(
                Problem.of(
                                SERVICE_UNAVAILABLE,
                                "An operator drains agent '%s', so it takes no new work: try again later, or ask another agent."
                                        .formatted(agent.id()))
                        .retryAfter(DRAINED_RETRY_SECONDS)
                        .blamedOn(Blame.DRAINING));
    }

    private static ProblemException quiesced(Agent agent) {
        return new ProblemException(
                Problem.of(
                                SERVICE_UNAVAILABLE,
                                "Agent '%s' is quiesced for a snapshot of its virtual machine, so it takes no new work: try again later."
                                        .formatted(agent.id()))
                        .retryAfter(QUIESCED_RETRY_SECONDS)
                        .member("code", ErrorCode.QUIESCED.wireName())
                        .blamedOn(Blame.AGENT));
    }

    private static ProblemException notNow(String sentence) {
        return new ProblemException(
                Problem.of(SERVICE_UNAVAILABLE, sentence)
                        .retryAfter(RETRY_SECONDS)
                        .blamedOn(Blame.AGENT));
    }
}
