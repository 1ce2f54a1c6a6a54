package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Every agent that the daemon knows. Changes are made one at a time; reading never waits. */
public final class Fleet {
    private final DesiredStore store;
    private final Map<String, Agent> agents = new ConcurrentSkipListMap<>();
    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();

    public Fleet(DesiredStore store) {
        this.store = store;
    }

    public @Nullable Agent find(String id) {
        return agents.get(id);
    }

    /** By id. */
    public Collection<Agent> all() {
        return agents.values();
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

    /**
     * Adds an agent, or changes the one with its id: its links live on unless its address is
     * another.
     *
     * @return whether there was none of that id
     *     <p>May read a file, and so does not belong on an event loop.
     * @throws IllegalArgumentException when another agent has its address
     * @throws UncheckedIOException when what was kept of it cannot be read
     */
    public synchronized boolean put(AgentSettings settings) {
        refuseSharedAddress(settings);
        Agent before = agents.get(settings.id());
        if (before != null && before.address().equals(settings.address())) {
            if (before.reconfigure(settings)) {
                tell(listener -> listener.onReconfigured(before));
            }
            return false;
        }
        if (before != null) {
            drop(before.id());
        }
        Agent agent = new Agent(settings, kept(settings));
        agents.put(agent.id(), agent);
        tell(listener -> listener.onAdded(agent));
        return before == null;
    }

    /** Removes an agent and what was kept of it. Writes a file, and so not for an event loop. */
    public synchronized void remove(String id) throws IOException {
        drop(id);
        store.forget(id);
    }

    private void drop(String id) {
        Agent agent = agents.remove(id);
        if (agent != null) {
            tell(listener -> listener.onRemoved(agent));
        }
    }

    /**
     * Goes from the agents of one file to those of the next; what came while the daemon ran stays.
     */
    public synchronized void replace(List<AgentSettings> before, List<AgentSettings> now) {
        Map<String, AgentAddress> addresses = new HashMap<>();
        now.forEach(settings -> addresses.put(settings.id(), settings.address()));
        for (AgentSettings old : before) {
            if (!old.address().equals(addresses.get(old.id()))) {
                drop(old.id());
            }
        }
        now.forEach(this::put);
    }

    /**
     * Wants this configuration of the agent, once it is kept; the payload is that of a {@code
     * config_update}. Writes a file, and so does not belong on an event loop.
     */
    public Desired desire(Agent agent, String payload) throws IOException {
        Desired desired = agent.desire(payload);
        store.save(agent.id(), ConfigUpdate.payload(agent.settings()), desired);
        tell(listener -> listener.onReconfigured(agent));
        return desired;
    }

    /**
     * Takes back what is wanted, unless something newer is; {@code before} is wanted again. Writes
     * a file, and so does not belong on an event loop.
     */
    public void withdraw(Agent agent, Desired wanted, @Nullable Desired before) throws IOException {
        if (agent.withdraw(wanted, before)) {
            if (before == null) {
                store.forget(agent.id());
            } else {
                store.save(agent.id(), ConfigUpdate.payload(agent.settings()), before);
            }
            tell(listener -> listener.onReconfigured(agent));
        }
    }

    /** Changes how the agent is, and says so when its state became another. */
    public void update(Agent agent, UnaryOperator<Presence> change) {
        if (agent.update(change)) {
            tell(listener -> listener.onChanged(agent));
        }
    }

    private @Nullable Desired kept(AgentSettings settings) {
        try {
            return store.load(settings.id(), ConfigUpdate.payload(settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void refuseSharedAddress(AgentSettings settings) {
        AgentAddress address = settings.address();
        for (Agent other : agents.values()) {
            if (other.address().equals(address) && !other.id().equals(settings.id())) {
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
