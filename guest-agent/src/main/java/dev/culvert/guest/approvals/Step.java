package dev.culvert.guest.approvals;

/** How far a call has come that waits for an approval, as far as a restart must know. */
public sealed interface Step {
    /** Nobody has decided yet, as far as this agent knows. */
    record Asking() implements Step {}

    /**
     * It was allowed, and this agent claims it.
     *
     * @param claim by which the host knows that it is still the same
     * @param generation of the virtual machine that made the claim; empty if it cannot be read
     * @param by who allowed it
     */
    record Claiming(String claim, String generation, String by) implements Step {}

    /** The call has begun, or is about to. What became of it is not known after a restart. */
    record Begun(String by) implements Step {}

    /** Where every call begins. */
    Step ASKING = new Asking();
}
