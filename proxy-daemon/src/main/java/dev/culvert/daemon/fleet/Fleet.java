package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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

    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();

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

    /**
     * Adds an agent, or changes the one with its id: its links live on unless its address is
     * another. May read a file, and so does not belong on an event loop.
     *
     * @return whether there was none of that id
     * @throws IllegalArgumentException when another agent has its address
     * @throws FleetLimitException when there are too many agents
     * @throws IOException when what was kept of it cannot be read
     */
    public boolean put(AgentSettings settings) throws IOException {
        boolean isNew = !agents.containsKey(settings.id());
        change(List.of(), List.of(settings));
        return isNew;
    }

    /** Removes an agent and what was kept of it. Writes a file, and so not for an event loop. */
    public void remove(String id) throws IOException {
        synchronized (this) {
            drop(id);
        }
        store.forget(id);
    }

    /**
     * Goes from the agents of one file to those of the next; what came while the daemon ran stays.
     * May read files, and so does not belong on an event loop. Where it throws, nothing changed.
     *
     * @throws IllegalArgumentException when an agent that stays has the address of another
     * @throws FleetLimitException when there would be too many agents
     * @throws IOException when what was kept of one cannot be read
     */
    public void replace(List<AgentSettings> before, List<AgentSettings> now) throws IOException {
        Set<String> named = now.stream().map(AgentSettings::id).collect(Collectors.toSet());
        List<String> gone =
                before.stream().map(AgentSettings::id).filter(id -> !named.contains(id)).toList();
        change(gone, now);
    }

    /** Reads what was kept of those that are new first: others may change the fleet meanwhile. */
    private void change(List<String> gone, List<AgentSettings> now) throws IOException {
        Map<String, @Nullable Desired> kept = new HashMap<>();
        boolean changed = false;
        while (!changed) {
            for (AgentSettings settings : now) {
                if (!agents.containsKey(settings.id()) && !kept.containsKey(settings.id())) {
                    kept.put(settings.id(), kept(settings));
                }
            }
            changed = changeIfRead(gone, now, kept);
        }
    }

    private synchronized boolean changeIfRead(
            List<String> gone, List<AgentSettings> now, Map<String, @Nullable Desired> kept) {
        for (AgentSettings settings : now) {
            if (!agents.containsKey(settings.id()) && !kept.containsKey(settings.id())) {
                return false;
            }
        }
        change(gone, now, kept);
        return true;
    }

    /* Those that leave an address do so before others come to it, for two agents may swap. */
    private void change(
            List<String> gone, List<AgentSettings> now, Map<String, @Nullable Desired> kept) {
        Set<String> leaving = new HashSet<>(gone);
        List<Agent> arriving = new ArrayList<>();
        for (AgentSettings settings : now) {
            Agent known = agents.get(settings.id());
            if (known == null) {
                arriving.add(new Agent(settings, kept.get(settings.id())));
            } else if (!known.address().equals(settings.address())) {
                arriving.add(known.movedTo(settings));
            }
            leaving.add(settings.id());
        }
        for (AgentSettings settings : now) {
            refuseSharedAddress(settings, leaving);
        }
        refuseTooMany(gone, now);
        gone.forEach(this::drop);
        arriving.forEach(agent -> drop(agent.id()));
        for (AgentSettings settings : now) {
            Agent staying = agents.get(settings.id());
            if (staying != null) {
                reconfigure(staying, settings);
            }
        }
        for (Agent agent : arriving) {
            agents.put(agent.id(), agent);
            tell(listener -> listener.onAdded(agent));
        }
    }

    private void reconfigure(Agent agent, AgentSettings next) {
        String tenant = agent.tenant();
        if (agent.reconfigure(next)) {
            tell(listener -> listener.onReconfigured(agent));
        }
        if (!tenant.equals(agent.tenant())) {
            tell(listener -> listener.onTenantChanged(agent));
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

    private @Nullable Desired kept(AgentSettings settings) throws IOException {
        return store.mayHold(settings.id())
                ? store.load(settings.id(), ConfigUpdate.payload(settings))
                : null;
    }

    private void refuseTooMany(List<String> gone, List<AgentSettings> now) {
        Set<String> ids = new HashSet<>(agents.keySet());
        ids.removeAll(gone);
        now.forEach(settings -> ids.add(settings.id()));
        int most = limits.get().maxAgents();
        if (ids.size() > most && ids.size() > agents.size()) {
            throw FleetLimitException.tooManyAgents(ids.size(), most);
        }
    }

    private void refuseSharedAddress(AgentSettings settings, Set<String> leaving) {
        AgentAddress address = settings.address();
        for (Agent other : agents.values()) {
            if (other.address().equals(address) && !leaving.contains(other.id())) {
                throw new IllegalArgumentException(
                        "address is "
                                + address
                                + ": agent '"
                                + other.id()
                                + "' has it; two agents cannot share one");
            }
        }
    }

    private void tell(Consumer<FleetListener> word) {
        listeners.forEach(word);
    }
}
