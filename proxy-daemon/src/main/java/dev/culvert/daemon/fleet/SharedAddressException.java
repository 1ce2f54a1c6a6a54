package dev.culvert.daemon.fleet;

/** Two agents would have one address. Its message has no full stop. */
final class SharedAddressException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient Agent owner;

    /**
     * @param owner the agent that has the address
     */
    SharedAddressException(Agent owner) {
        super(sentence(owner, "agent '" + owner.id() + "'"));
        this.owner = owner;
    }

    Agent owner() {
        return owner;
    }

    /** The message for a caller who must not learn which agent it is. */
    String withoutOwner() {
        return sentence(owner, "another agent");
    }

    private static String sentence(Agent owner, String name) {
        return "address is %s: %s has it; two agents cannot share one"
                .formatted(owner.address(), name);
    }
}
