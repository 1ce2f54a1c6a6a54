package dev.culvert.daemon.fleet;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import java.io.IOException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fleet as one caller sees it. Other agents do not exist here: they cannot be found, listed,
 * counted, watched or changed. Code that answers clients uses this and never {@link Fleet}. Called
 * on any thread.
 */
public final class Visible {
    private final Fleet fleet;
    private final Caller caller;

    Visible(Fleet fleet, Caller caller) {
        this.fleet = fleet;
        this.caller = caller;
    }

    public Caller caller() {
        return caller;
    }

    public @Nullable Agent find(String id) {
        Agent agent = fleet.find(id);
        return agent != null && sees(agent) ? agent : null;
    }

    /** Whether an agent of another tenant has this id, so that the caller cannot use it. */
    public boolean isOfOthers(String id) {
        Agent agent = fleet.find(id);
        return agent != null && !sees(agent);
    }

    /** The agents after {@code id}, by id. */
    public Stream<Agent> after(String id) {
        return fleet.after(id).stream().filter(this::sees);
    }

    /** Of how many agents this is true. */
    public long count(Condition condition) {
        return fleet.all().stream()
                .filter(agent -> sees(agent) && agent.conditions().contains(condition))
                .count();
    }

    /** How many agents are in this state. */
    public long count(AgentState state) {
        return fleet.all().stream()
                .filter(agent -> agent.presence().state() == state && sees(agent))
                .count();
    }

    /** Tells {@code listener} of agents that the caller sees, or saw before the change. */
    public void watch(FleetListener listener) {
        fleet.listen(new Filter(caller, listener));
    }

    public void unwatch(FleetListener listener) {
        fleet.forget(new Filter(caller, listener));
    }

    /** The last change of an agent that the caller sees, or saw before it. */
    public ChangePoint lastChange() {
        return changes().point();
    }

    /** Whether {@link #changeAfter} finds every change after that one. */
    public boolean knowsChangesAfter(ChangePoint point) {
        return changes().reaches(point);
    }

    /**
     * The next change after that one; null if there is none. Of several changes of one agent it is
     * the last.
     */
    public @Nullable Change changeAfter(ChangePoint point) {
        return caller.sees(tenantOfCaller()) ? changes().after(point.number()) : null;
    }

    /** Any, for a caller that sees all of them or none. */
    private String tenantOfCaller() {
        String tenant = caller.tenant();
        return tenant == null ? "" : tenant;
    }

    private ChangeLog changes() {
        return fleet.changes().of(caller.tenant());
    }

    /** Grows with each change, before listeners are told of it. */
    public long revision() {
        return fleet.revision();
    }

    /**
     * Adds an agent, or changes the one with its id, as {@link AgentSource#put} does.
     *
     * @throws IllegalArgumentException also when the caller does not see the tenant, or the agent
     *     that has the id
     */
    public boolean put(AgentSettings settings) throws IOException {
        Agent known = fleet.find(settings.id());
        if (!caller.sees(settings.tenant()) || (known != null && !sees(known))) {
            throw new IllegalArgumentException("its tenant or its id is not yours to use");
        }
        try {
            return fleet.source(AgentSource.API).put(settings);
        } catch (SharedAddressException e) {
            throw sees(e.owner()) ? e : new IllegalArgumentException(e.withoutOwner(), e);
        }
    }

    /** As {@link Fleet#remove}. */
    public void remove(String id) throws IOException {
        Agent known = fleet.find(id);
        if (known == null || sees(known)) {
            fleet.remove(id);
        }
    }

    /** As {@link Fleet#drain}. */
    public boolean drain(Agent agent, boolean on) {
        return fleet.drain(agent, on);
    }

    /** As {@link Fleet#desire}. */
    public @Nullable Desired desire(Agent agent, String payload) throws IOException {
        return fleet.desire(agent, payload);
    }

    /** As {@link Fleet#withdraw}. */
    public void withdraw(Agent agent, Desired wanted) throws IOException {
        fleet.withdraw(agent, wanted);
    }

    /** As {@link Fleet#reserve}. */
    public void reserve(long bytes) {
        fleet.reserve(bytes);
    }

    /** As {@link Fleet#release}. */
    public void release(long bytes) {
        fleet.release(bytes);
    }

    /** As {@link Fleet#mayBeOnDisk}. */
    public boolean mayBeOnDisk(String id) {
        return fleet.mayBeOnDisk(id);
    }

    /** As {@link Fleet#keepsAgents}. */
    public boolean keepsAgents() {
        return fleet.keepsAgents();
    }

    /** As {@link Fleet#keepsDesired}. */
    public boolean keepsDesired() {
        return fleet.keepsDesired();
    }

    private boolean sees(Agent agent) {
        return caller.sees(agent.tenant());
    }

    /** Equal for the same caller and listener, so {@link #unwatch} finds it. */
    private record Filter(Caller caller, FleetListener listener) implements FleetListener {
        @Override
        public void onAdded(Agent agent) {
            if (caller.sees(agent.tenant())) {
                listener.onAdded(agent);
            }
        }

        @Override
        public void onRemoved(Agent agent) {
            if (caller.sees(agent.tenant())) {
                listener.onRemoved(agent);
            }
        }

        @Override
        public void onReconfigured(Agent agent) {
            if (caller.sees(agent.tenant())) {
                listener.onReconfigured(agent);
            }
        }

        @Override
        public void onTenantChanged(Agent agent, String before) {
            if (caller.sees(agent.tenant()) || caller.sees(before)) {
                listener.onTenantChanged(agent, before);
            }
        }

        @Override
        public void onConditionsChanged(Agent agent) {
            if (caller.sees(agent.tenant())) {
                listener.onConditionsChanged(agent);
            }
        }

        @Override
        public void onChanged(Agent agent) {
            if (caller.sees(agent.tenant())) {
                listener.onChanged(agent);
            }
        }
    }
}
