package dev.culvert.daemon.fleet;

/** Is told what becomes of the fleet, on whatever thread it happened; must be quick. */
public interface FleetListener {
    default void onAdded(Agent agent) {
        onAny(agent);
    }

    default void onRemoved(Agent agent) {
        onAny(agent);
    }

    /** Another configuration is wanted of it. */
    default void onReconfigured(Agent agent) {
        onAny(agent);
    }

    /**
     * It belongs to another tenant.
     *
     * @param before the tenant that it left
     */
    default void onTenantChanged(Agent agent, String before) {
        onAny(agent);
    }

    /**
     * It came into another state. A guest that changes its state all the time does not cause this
     * as often: the last state is told, once in {@code home.change_interval}.
     */
    default void onChanged(Agent agent) {
        onAny(agent);
    }

    /** Any of these, where the listener does not tell it from the others. */
    default void onAny(Agent agent) {}
}
