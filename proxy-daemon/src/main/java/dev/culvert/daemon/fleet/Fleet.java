package dev.culvert.daemon.fleet;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.road.Road;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Every agent that the daemon knows. Called on any thread. Changes happen one at a time; reading
 * never waits. The store is used outside of every lock, so a disk that hangs for one agent delays
 * nobody else. Calls that change the same agent must come one after the other.
 */
/* Over 300 lines by a few, because what sources bring and what listeners are told changes together. */
public final class Fleet {
    private static final String REMOVED = "the agent was removed";

    private final DesiredStore store;
    private final Supplier<FleetSettings> limits;
    private final Function<AgentAddress, Road> roads;
    private final ConcurrentNavigableMap<String, Agent> agents = new ConcurrentSkipListMap<>();

    /** Bytes of configurations that requests bring and that no agent has yet. */
    private final AtomicLong underWayBytes = new AtomicLong();

    /** Possibly many: each client that watches the fleet is one. */
    private final Set<FleetListener> listeners = ConcurrentHashMap.newKeySet();

    private final AtomicLong revision = new AtomicLong();
    private final ChangeLogs changes = new ChangeLogs();

    private volatile AddedAgents added = new AddedAgents(this, AgentStore.NONE);

    /**
     * Creates an empty fleet.
     *
     * @param limits read at each change
     * @param roads makes the road to an agent that is dialled at an address
     */
    public Fleet(
            DesiredStore store,
            Supplier<FleetSettings> limits,
            Function<AgentAddress, Road> roads) {
        this.store = store;
        this.limits = limits;
        this.roads = roads;
    }

    public @Nullable Agent find(String id) {
        return agents.get(id);
    }

    /** Every agent, by id. */
    public Collection<Agent> all() {
        return agents.values();
    }

    /** The agents after {@code id}, by id. */
    public Collection<Agent> after(String id) {
        return agents.tailMap(id, false).values();
    }

    /** Of how many agents this is true. */
    public long count(Condition condition) {
        return agents.values().stream()
                .filter(agent -> agent.conditions().contains(condition))
                .count();
    }

    /** How many agents are in this state. */
    public long count(AgentState state) {
        return agents.values().stream().filter(agent -> agent.presence().state() == state).count();
    }

    /** The source of that name. */
    public AgentSource source(String name) {
        return new AgentSource(this, name);
    }

    /**
     * Adds the agents that clients added before a restart, and keeps there what they add from now
     * on. Called once, after the agents of the settings are there. Reads a disk.
     */
    public void restore(AgentStore agents) throws IOException {
        added = new AddedAgents(this, agents);
        added.restore();
    }

    AddedAgents added() {
        return added;
    }

    /** The fleet as this caller sees it. */
    public Visible seenBy(Caller caller) {
        return new Visible(this, caller);
    }

    /** What listeners were told. */
    ChangeLogs changes() {
        return changes;
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

    /** Bytes of all configurations that are desired or settled. */
    public long configBytes() {
        return agents.values().stream().mapToLong(Agent::configBytes).sum();
    }

    /**
     * Reserves bytes for a configuration that a request brings, until {@link #release}. Never
     * blocks.
     *
     * @throws FleetLimitException when the configuration would exceed a limit
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

    /** Ends a {@link #reserve}: an agent has the configuration now, or none will. */
    public void release(long bytes) {
        underWayBytes.addAndGet(-bytes);
    }

    /** Whether something may be on the disk for this agent. Never blocks. */
    public boolean mayBeOnDisk(String id) {
        return store.mayHold(id) || (added.areKept() && added.contains(id));
    }

    /** Whether agents that clients add are written to the disk. */
    public boolean keepsAgents() {
        return added.areKept();
    }

    /** Whether desired configurations are written to the disk. */
    public boolean keepsDesired() {
        return store.isKept();
    }

    /** Removes an agent and all that is stored of it. Writes to a disk: not for an event loop. */
    public void remove(String id) throws IOException {
        remove(id, REMOVED);
    }

    /** The same; its streams end with that reason. */
    public void remove(String id, String reason) throws IOException {
        added.forget(id);
        drop(id, reason);
        store.forget(id);
    }

    /** Reads stored configurations outside of the lock, again if the fleet changed meanwhile. */
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
        List<Agent> arriving = change.arriving(agents, roads);
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

    synchronized void drop(String id) {
        drop(id, REMOVED);
    }

    private synchronized void drop(String id, String reason) {
        Agent agent = agents.get(id);
        if (agent != null) {
            agent.leaves(reason);
            agents.remove(id);
            tell(listener -> listener.onRemoved(agent));
            agent.road().close(reason);
        }
    }

    /**
     * Stores the configuration and makes it the desired one. Writes to a disk: not for an event
     * loop.
     *
     * @param payload of a {@code config_update}
     * @return the desired configuration; null if the agent was removed or moved meanwhile
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
     * Returns from {@code wanted} to the {@link Agent#settle settled} configuration, unless a newer
     * one is desired by now. Writes to a disk: not for an event loop.
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

    /** Begins or ends a drain of the agent, and tells listeners; false if nothing changes. */
    public boolean drain(Agent agent, boolean on) {
        boolean changed = agent.drain(on);
        if (changed) {
            tellChanged(agent);
        }
        return changed;
    }

    /** Changes the presence of an agent without telling anybody. */
    public void update(Agent agent, UnaryOperator<Presence> change) {
        agent.update(change);
    }

    /** Tells listeners that the agent's state has changed. */
    public void tellChanged(Agent agent) {
        tell(listener -> listener.onChanged(agent));
    }

    /** Tells listeners that the agent's conditions have changed, and its state has not. */
    public void tellConditions(Agent agent) {
        tell(listener -> listener.onConditionsChanged(agent));
    }

    private void tell(Consumer<FleetListener> word) {
        revision.incrementAndGet();
        word.accept(changes);
        listeners.forEach(word);
    }
}
