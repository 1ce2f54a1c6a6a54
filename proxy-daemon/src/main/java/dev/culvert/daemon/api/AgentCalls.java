package dev.culvert.daemon.api;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.Quoted;
import dev.culvert.io.Shares;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import dev.culvert.pool.LinkPool;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Function;
import java.util.function.Supplier;

/** The way of a request to its agent, which all routes share. */
public final class AgentCalls {
    private static final int RETRY_SECONDS = 2;
    private static final int ID_BYTES = 16;
    private static final Base64.Encoder ID_TEXT = Base64.getUrlEncoder().withoutPadding();

    private final Function<Caller, Visible> fleet;
    private final HomeLinks homes;
    private final LinkPool pool;
    private final Shares<AgentAddress> shares;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final SecureRandom random = new SecureRandom();

    public AgentCalls(
            Function<Caller, Visible> fleet,
            HomeLinks homes,
            LinkPool pool,
            Shares<AgentAddress> shares,
            Admission admission,
            Supplier<DaemonSettings> settings) {
        this.fleet = fleet;
        this.homes = homes;
        this.pool = pool;
        this.shares = shares;
        this.admission = admission;
        this.settings = settings;
    }

    public DaemonSettings settings() {
        return settings.get();
    }

    public Admission admission() {
        return admission;
    }

    /** The fleet as whoever sent the request sees it; there is no other way to an agent. */
    public Visible fleet(Request request) {
        return fleet.apply(request.caller());
    }

    /**
     * The agent that the path names.
     *
     * @throws ProblemException when there is none
     */
    public Agent agent(Request request) {
        String id = request.parameter("id");
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
     * The agent that the path names, when it can be asked for something now. Not by what its links
     * are alone: one that was away may have come back without its configuration, and with it the
     * tools that it may use.
     *
     * @throws ProblemException when it cannot
     */
    public Agent workingAgent(Request request) {
        admission.check();
        Agent agent = agent(request);
        Presence presence = agent.presence();
        switch (presence.state()) {
            case READY -> {}
            case DRAINING ->
                    throw notNow(
                            "Agent '%s' is shutting down: try again later.".formatted(agent.id()));
            case CONNECTING -> {
                homes.nudge(agent);
                if (agent.desired() != null) {
                    throw notNow(
                            "Agent '%s' has not taken its configuration yet: try again later, GET /api/v1/agents/%s says how it is."
                                    .formatted(agent.id(), agent.id()));
                }
            }
            case UNREACHABLE -> {
                homes.nudge(agent);
                if (agent.desired() != null) {
                    throw new ProblemException(
                            Problem.of(
                                    new Failure.Unreachable(String.valueOf(presence.lastError()))));
                }
            }
        }
        return agent;
    }

    public Account account() {
        return shares.account();
    }

    /**
     * Lets new work begin that may keep bytes waiting.
     *
     * @throws ProblemException while too many wait
     */
    public void checkMemory() {
        OverMemory.check(shares.account().whole());
    }

    /**
     * Lets new work begin that may keep bytes waiting for this agent.
     *
     * @throws ProblemException while too many wait
     */
    public void checkMemory(Agent agent) {
        OverMemory.check(shares, agent.address());
    }

    private static ProblemException notNow(String sentence) {
        return new ProblemException(
                Problem.of(SERVICE_UNAVAILABLE, sentence).retryAfter(RETRY_SECONDS));
    }

    /** An id that nobody can guess. */
    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return ID_TEXT.encodeToString(bytes);
    }

    /** Sends a request of {@code type}, whose payload is retained; answered on the same loop. */
    public void call(
            Request request, Agent agent, Frame frame, CallListener listener, Patience patience) {
        Call call = new Call(frame.withTraceparent(request.traceParent()), listener, patience);
        pool.acquire(request.eventLoop(), agent.address(), call);
    }

    /** Retains {@code payload}. */
    public Frame frame(FrameType type, ByteBuf payload) {
        return new Frame(type, newId(), payload.retain());
    }
}
