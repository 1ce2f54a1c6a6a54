package dev.culvert.daemon.fleet;

/** Is told what becomes of the fleet, on whatever thread it happened; must be quick. */
public interface FleetListener {
    default void onAdded(Agent agent) {}

    default void onRemoved(Agent agent) {}

    /** Another configuration is wanted of it. */
    default void onReconfigured(Agent agent) {}

    /** It belongs to another tenant. */
    default void onTenantChanged(Agent agent) {}

    /**
     * It came into another state. A guest that changes its state all the time does not cause this
     * as often: the last state is told, once in {@code home.change_interval}.
     */
    default void onChanged(Agent agent) {}
}
