package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.transport.AgentAddress;
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
    private final Map<String, Agent> agents = new ConcurrentSkipListMap<>();
    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();

    public @Nullable Agent find(String id) {
        return agents.get(id);
    }

    /** By id. */
    public Collection<Agent> all() {
        return agents.values();
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
     * @throws IllegalArgumentException when another agent has its address
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
            remove(before.id());
        }
        Agent agent = new Agent(settings);
        agents.put(agent.id(), agent);
        tell(listener -> listener.onAdded(agent));
        return before == null;
    }

    /** The agent that was removed; null when there was none. */
    public synchronized @Nullable Agent remove(String id) {
        Agent agent = agents.remove(id);
        if (agent != null) {
            tell(listener -> listener.onRemoved(agent));
        }
        return agent;
    }

    /**
     * Goes from the agents of one file to those of the next; what came while the daemon ran stays.
     */
    public synchronized void replace(List<AgentSettings> before, List<AgentSettings> now) {
        Map<String, AgentAddress> addresses = new HashMap<>();
        now.forEach(settings -> addresses.put(settings.id(), settings.address()));
        for (AgentSettings old : before) {
            if (!old.address().equals(addresses.get(old.id()))) {
                remove(old.id());
            }
        }
        now.forEach(this::put);
    }

    /** Wants this configuration of the agent; the payload is that of a {@code config_update}. */
    public void desire(Agent agent, String payload) {
        agent.desire(payload);
        tell(listener -> listener.onReconfigured(agent));
    }

    /** Changes how the agent is, and says so when its state became another. */
    public void update(Agent agent, UnaryOperator<Presence> change) {
        if (agent.update(change)) {
            tell(listener -> listener.onChanged(agent));
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
