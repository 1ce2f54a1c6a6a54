package dev.culvert.daemon.fleet;

/** Is told what becomes of the fleet, on whatever thread it happened; must be quick. */
public interface FleetListener {
    default void onAdded(Agent agent) {}

    default void onRemoved(Agent agent) {}

    /** Another configuration is wanted of it. */
    default void onReconfigured(Agent agent) {}

    /** It came into another state. */
    default void onChanged(Agent agent) {}
}
