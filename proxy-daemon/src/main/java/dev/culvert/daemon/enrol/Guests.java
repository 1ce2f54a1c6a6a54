package dev.culvert.daemon.enrol;

import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.identity.Refusal;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The guests that dial in, for the rest of the daemon. */
public final class Guests {
    private static final Logger LOG = LoggerFactory.getLogger(Guests.class);
    private static final String REVOKED = "the identity of the agent was revoked";

    private final Enrolments enrolments;
    private final Identities identities;
    private final EnrolledAgents agents;
    private final EnrolObserver observer;
    private final InstantSource clock;
    private final LiveGuests live = new LiveGuests();

    Guests(
            Enrolments enrolments,
            Identities identities,
            EnrolledAgents agents,
            EnrolObserver observer,
            InstantSource clock) {
        this.enrolments = enrolments;
        this.identities = identities;
        this.agents = agents;
        this.observer = observer;
        this.clock = clock;
    }

    /**
     * Reads the stores. Blocks.
     *
     * @throws IOException one sentence, when they cannot be read
     */
    public static Guests of(
            EnrolmentStore enrolmentStore,
            IdentityStore identityStore,
            Fleet fleet,
            EnrolObserver observer)
            throws IOException {
        InstantSource clock = InstantSource.system();
        Enrolments enrolments = new Enrolments(enrolmentStore, clock);
        EnrolledAgents agents = new EnrolledAgents(fleet);
        Identities identities = new Identities(identityStore, agents::show);
        enrolments.load();
        identities.load();
        return new Guests(enrolments, identities, agents, observer, clock);
    }

    /** Makes the agents that have enrolled before part of the fleet. Blocks. */
    public void restore() throws IOException {
        agents.restore(identities);
    }

    /**
     * Makes the handshake of one link at each call.
     *
     * @param files runs what blocks
     * @param admission is told of guests that have proved who they are
     */
    public Supplier<Handshake> handshakes(
            Supplier<FleetSettings> settings, Workers files, Admission admission) {
        Gate gate =
                new Gate(
                        new Registry(enrolments, identities, agents, settings, clock),
                        new Proofs(enrolments, identities, agents, observer, clock),
                        live,
                        new FailedJoins(clock),
                        files::execute,
                        settings,
                        observer,
                        admission);
        return () -> new Handshake(gate);
    }

    /** Revokes the identity of an agent that a client removes. */
    public void follow(Fleet fleet, Workers files) {
        fleet.listen(
                new FleetListener() {
                    @Override
                    public void onRemoved(Agent agent) {
                        if (EnrolledAgents.dialsIn(agent) && identities.valid(agent.id()) != null) {
                            forget(agent.id(), files);
                        }
                    }
                });
    }

    private void forget(String agentId, Workers files) {
        try {
            files.finish(agentId, () -> revokeIfGone(agentId));
        } catch (RejectedExecutionException _) {
            LOG.debug("the daemon has stopped");
        }
    }

    /** An agent that only moved to another address is there again. */
    private void revokeIfGone(String agentId) {
        try {
            if (!agents.isThere(agentId)) {
                revoke(agentId, "whoever removed the agent");
            }
        } catch (IOException e) {
            LOG.error(
                    "agent {} was removed, but comes back after a restart, because its identity"
                            + " could not be revoked: {}",
                    agentId,
                    Quoted.message(e));
        }
    }

    public Enrolments enrolments() {
        return enrolments;
    }

    public Identities identities() {
        return identities;
    }

    /** Whether a guest could not get this name now. */
    public boolean isTaken(String name) {
        return agents.isThere(name)
                || identities.valid(name) != null
                || enrolments.claimedBy(name) != null;
    }

    LiveGuests live() {
        return live;
    }

    /** How many are connected. */
    public int connected() {
        return live.count();
    }

    /**
     * Ends the identity of an agent, its link and its streams, and removes the agent. Blocks; runs
     * under its id.
     *
     * @param by who wants it
     * @return false if it has none
     */
    public boolean revoke(String agentId, String by) throws IOException {
        AgentIdentity identity = identities.valid(agentId);
        if (identity == null) {
            return false;
        }
        identities.put(identity.revokedAt(clock.instant()));
        LOG.info("the identity of agent {} was revoked by {}", agentId, by);
        observer.onRevoked();
        Handshake guest = live.find(agentId);
        if (guest != null) {
            guest.end(Refusal.REVOKED, REVOKED);
        }
        agents.remove(agentId, REVOKED);
        return true;
    }

    /**
     * Gives a connected guest another key, and tells {@code listener}, on some event loop, why that
     * did not work; null if it did.
     */
    public void rotate(String agentId, Consumer<@Nullable String> listener) {
        Handshake guest = live.find(agentId);
        if (guest == null) {
            listener.accept("the guest is not connected");
        } else {
            guest.rotate(listener);
        }
    }
}
