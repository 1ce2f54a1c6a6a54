package dev.culvert.daemon.fleet;

/** Is told of changes of the fleet, on the thread that made them. Must be quick. */
public interface FleetListener {
    default void onAdded(Agent agent) {
        onAny(agent);
    }

    default void onRemoved(Agent agent) {
        onAny(agent);
    }

    /** Its desired configuration has changed. */
    default void onReconfigured(Agent agent) {
        onAny(agent);
    }

    /**
     * It belongs to another tenant now.
     *
     * @param before the tenant that it left
     */
    default void onTenantChanged(Agent agent, String before) {
        onAny(agent);
    }

    /**
     * Its state has changed. Of several changes within {@code home.change_interval} only the last
     * is told, so a guest cannot cause many.
     */
    default void onChanged(Agent agent) {
        onAny(agent);
    }

    /** Its conditions have changed, and its state has not. At the same pace. */
    default void onConditionsChanged(Agent agent) {
        onAny(agent);
    }

    /** Any of the above, for a listener that treats them alike. */
    default void onAny(Agent agent) {}
}
