package dev.culvert.daemon.fleet;

/** A limit of the section {@code fleet} would be passed; the message names it, without a stop. */
public final class FleetLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean ofOne;

    private FleetLimitException(String message, boolean ofOne) {
        super(message, null, false, false);
        this.ofOne = ofOne;
    }

    /** Whether it is what was asked for that is too large, whatever else there is. */
    public boolean isOfOne() {
        return ofOne;
    }

    static FleetLimitException tooManyAgents(int agents, int most) {
        return new FleetLimitException(
                "the fleet would have %d agents, and it may have %d (fleet.max_agents): remove some, or allow more"
                        .formatted(agents, most),
                false);
    }

    static FleetLimitException tooLarge(long bytes, int most) {
        return new FleetLimitException(
                "the configuration has %d bytes, and that of one agent may have %d (fleet.max_config_bytes): send less, or allow more"
                        .formatted(bytes, most),
                true);
    }

    static FleetLimitException tooLargeTogether(long bytes, int most) {
        return new FleetLimitException(
                "the configurations of all agents would have %d bytes, and they may have %d together (fleet.max_total_config_bytes): remove agents, or allow more"
                        .formatted(bytes, most),
                false);
    }
}
