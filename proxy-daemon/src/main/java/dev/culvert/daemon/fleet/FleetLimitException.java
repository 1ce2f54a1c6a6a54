package dev.culvert.daemon.fleet;

/** A limit of the section {@code fleet} would be exceeded. Its message has no full stop. */
public final class FleetLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean ofOne;

    private FleetLimitException(String message, boolean ofOne) {
        super(message, null, false, false);
        this.ofOne = ofOne;
    }

    /** Whether the request itself is too large, however empty the fleet is. */
    public boolean isOfOne() {
        return ofOne;
    }

    static FleetLimitException tooManyAgents(int agents, int most) {
        return new FleetLimitException(
                "there would be %d agents, and the limit is %d (fleet.max_agents): remove some, or raise the limit"
                        .formatted(agents, most),
                false);
    }

    static FleetLimitException tooLarge(long bytes, int most) {
        return new FleetLimitException(
                "the configuration has %d bytes, and the limit for one agent is %d (fleet.max_config_bytes): send less, or raise the limit"
                        .formatted(bytes, most),
                true);
    }

    static FleetLimitException tooLargeTogether(long bytes, int most) {
        return new FleetLimitException(
                "the configurations of all agents would have %d bytes, and the limit is %d (fleet.max_total_config_bytes): remove agents, or raise the limit"
                        .formatted(bytes, most),
                false);
    }
}
