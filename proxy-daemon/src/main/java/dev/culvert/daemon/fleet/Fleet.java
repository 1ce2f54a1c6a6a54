package dev.culvert.daemon.fleet;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.FleetSettings;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Every agent that the daemon knows. Changes are made one at a time; reading never waits. What
 * needs the store waits for it outside of every lock, so that a disk that hangs for one agent holds
 * up nobody else; calls that change one agent must come one after the other.
 */
public final class Fleet {
    private final DesiredStore store;
    private final Supplier<FleetSettings> limits;
    private final ConcurrentNavigableMap<String, Agent> agents = new ConcurrentSkipListMap<>();

    /** Of configurations that are on their way to an agent of the fleet. */
    private final AtomicLong underWayBytes = new AtomicLong();

    /** Many, for each client that watches the fleet is one. */
    private final Set<FleetListener> listeners = ConcurrentHashMap.newKeySet();

    private final AtomicLong revision = new AtomicLong();

    /**
     * Without an agent yet.
     *
     * @param limits asked for at each change
     */
    public Fleet(DesiredStore store, Supplier<FleetSettings> limits) {
        this.store = store;
        this.limits = limits;
    }

    public @Nullable Agent find(String id) {
        return agents.get(id);
    }

    /** By id. */
    public Collection<Agent> all() {
        return agents.values();
    }

    /** Those after {@code id}, by id. */
    public Collection<Agent> after(String id) {
        return agents.tailMap(id, false).values();
    }

    /** How many agents are in this state. */
    public long count(State state) {
        return agents.values().stream().filter(agent -> agent.presence().state() == state).count();
    }

    /** The agents that come from there. */
    public AgentSource source(String name) {
        return new AgentSource(this, name);
    }

    /** The fleet as this caller sees it. */
    public Visible seenBy(Caller caller) {
        return new Visible(this, caller);
    }

    /** Counts what listeners are told. */
    long revision() {
        return revision.get();
    }

    public void listen(FleetListener listener) {
        listeners.add(listener);
    }

    public void forget(FleetListener listener) {
        listeners.remove(listener);
    }

    /** What the configurations take that are wanted, or would be wanted again. */
    public long configBytes() {
        return agents.values().stream().mapToLong(Agent::configBytes).sum();
    }

    /**
     * Holds room for a configuration that is on its way into the fleet, until it is {@link #release
     * released}. Never blocks.
     *
     * @throws FleetLimitException when there is none
     */
    public void reserve(long bytes) {
        FleetSettings most = limits.get();
        if (bytes > most.maxConfigBytes()) {
            throw FleetLimitException.tooLarge(bytes, most.maxConfigBytes());
        }
        long all = configBytes() + underWayBytes.addAndGet(bytes);
        if (bytes > 0 && all > most.maxTotalConfigBytes()) {
            underWayBytes.addAndGet(-bytes);
            throw FleetLimitException.tooLargeTogether(all, most.maxTotalConfigBytes());
        }
    }

    /** The configuration is in the fleet, or will not be. */
    public void release(long bytes) {
        underWayBytes.addAndGet(-bytes);
    }

    /** Whether a file may have to be read or removed for this agent. Never blocks. */
    public boolean mayBeOnDisk(String id) {
        return store.mayHold(id);
    }

    /** Whether what is wanted of agents is written to files. */
    public boolean keepsDesired() {
        return store.isKept();
    }

    /** Removes an agent and what was kept of it. Writes a file, and so not for an event loop. */
    public void remove(String id) throws IOException {
        synchronized (this) {
            drop(id);
        }
        store.forget(id);
    }

    /** Reads stored configurations before it changes anything: others may change it meanwhile. */
    void change(FleetChange change) throws IOException {
        do {
            change.read(agents, store);
        } while (!changeIfRead(change));
    }

    /* Agents leave their addresses before others come to them, because two may swap. */
    private synchronized boolean changeIfRead(FleetChange change) {
        if (!change.isRead(agents)) {
            return false;
        }
        change.check(agents, limits.get().maxAgents());
        List<Agent> arriving = change.arriving(agents);
        change.going(agents).forEach(this::drop);
        arriving.forEach(agent -> drop(agent.id()));
        for (AgentSettings settings : change.wanted()) {
            Agent staying = agents.get(settings.id());
            if (staying != null) {
                reconfigure(staying, settings);
            }
        }
        for (Agent agent : arriving) {
            agents.put(agent.id(), agent);
            tell(listener -> listener.onAdded(agent));
        }
        change.takeOver(agents);
        return true;
    }

    private void reconfigure(Agent agent, AgentSettings next) {
        String tenant = agent.tenant();
        if (agent.reconfigure(next)) {
            tell(listener -> listener.onReconfigured(agent));
        }
        if (!tenant.equals(agent.tenant())) {
            tell(listener -> listener.onTenantChanged(agent, tenant));
        }
    }

    private void drop(String id) {
        Agent agent = agents.remove(id);
        if (agent != null) {
            tell(listener -> listener.onRemoved(agent));
        }
    }

    /**
     * Wants this configuration of the agent, once it is kept; the payload is that of a {@code
     * config_update}. Writes a file, and so does not belong on an event loop.
     *
     * @return what is wanted; null where the agent was removed meanwhile, or moved
     */
    public @Nullable Desired desire(Agent agent, String payload) throws IOException {
        if (agents.get(agent.id()) != agent) {
            return null;
        }
        Desired desired = agent.next(payload);
        String inSettings = ConfigUpdate.payload(agent.settings());
        store.save(agent.id(), inSettings, desired);
        return want(agent, desired) ? desired : null;
    }

    private synchronized boolean want(Agent agent, Desired desired) {
        if (agents.get(agent.id()) != agent) {
            return false;
        }
        if (agent.desire(desired)) {
            tell(listener -> listener.onReconfigured(agent));
        }
        return true;
    }

    /**
     * Takes back what is wanted, unless something newer is: what was {@link Agent#settle settled}
     * before is wanted again. Writes a file, and so does not belong on an event loop.
     */
    public void withdraw(Agent agent, Desired wanted) throws IOException {
        if (agents.get(agent.id()) != agent || !wanted.equals(agent.desired())) {
            return;
        }
        Desired settled = agent.settled();
        if (settled == null) {
            store.forget(agent.id());
        } else {
            store.save(agent.id(), ConfigUpdate.payload(agent.settings()), settled);
        }
        if (agent.withdraw(wanted)) {
            tell(listener -> listener.onReconfigured(agent));
        }
    }

    /** Changes how the agent is, and tells nobody. */
    public void update(Agent agent, UnaryOperator<Presence> change) {
        agent.update(change);
    }

    /** Tells listeners that the agent's state became another. */
    public void tellChanged(Agent agent) {
        tell(listener -> listener.onChanged(agent));
    }

    private void tell(Consumer<FleetListener> word) {
        revision.incrementAndGet();
        listeners.forEach(word);
    }
}
