package dev.culvert.daemon.approvals;

import dev.culvert.daemon.approvals.Standing.Pending;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool that somebody has to decide about, or has decided about.
 *
 * @param id made by the guest; nobody can guess it
 * @param agent that will run the call
 * @param tenant of the agent when it asked
 * @param expires when it counts as denied
 */
public record Approval(
        String id,
        String agent,
        String tenant,
        ParkedCall call,
        Instant asked,
        Instant expires,
        Standing standing) {

    /** What people and programs call its standing. */
    public enum State {
        PENDING,
        ALLOWED,
        DENIED,
        USED,
        EXPIRED,
        WITHDRAWN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** By the clock: one that nobody has decided in time has expired, whatever is stored. */
    public State state(Instant now) {
        return switch (standing) {
            case Standing.Pending _ -> isOver(now) ? State.EXPIRED : State.PENDING;
            case Standing.Decided(Decision decision) ->
                    decision.isAllowed() ? State.ALLOWED : State.DENIED;
            case Standing.Used _ -> State.USED;
            case Standing.Expired _ -> State.EXPIRED;
            case Standing.Withdrawn _ -> State.WITHDRAWN;
        };
    }

    /** Whether its time is over, however it ended. */
    boolean isOver(Instant now) {
        return !now.isBefore(expires);
    }

    boolean isPending() {
        return standing instanceof Pending;
    }

    /** Null while nobody has decided. */
    public @Nullable Decision decision() {
        return switch (standing) {
            case Standing.Decided(Decision decision) -> decision;
            case Standing.Used(Decision decision, String _, Instant _) -> decision;
            case Standing.Pending _, Standing.Expired _, Standing.Withdrawn _ -> null;
        };
    }

    /** Whether the call may still run. */
    boolean isOpen(Instant now) {
        State state = state(now);
        return state == State.PENDING || state == State.ALLOWED;
    }

    boolean isSameAs(String ofAgent, ParkedCall other) {
        return agent.equals(ofAgent) && call.equals(other);
    }

    Approval with(Standing next) {
        return new Approval(id, agent, tenant, call, asked, expires, next);
    }

    /** Without the arguments, which may contain secrets. */
    @Override
    public String toString() {
        return "approval " + id;
    }
}
