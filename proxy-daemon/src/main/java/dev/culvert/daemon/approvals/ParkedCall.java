package dev.culvert.daemon.approvals;

/**
 * A call of a tool that waits in its guest, as the guest tells it.
 *
 * @param turn in which the model made it
 * @param callId its id within the turn
 * @param tool its name
 * @param arguments JSON, as the guest will run them
 * @param digest of the arguments
 * @param policy the version of the policy that asks
 * @param rule that asks, as the policy names it; empty for one without a name
 * @param why the policy asks, for people; empty if it does not say
 */
public record ParkedCall(
        String turn,
        String callId,
        String tool,
        String arguments,
        String digest,
        String policy,
        String rule,
        String why) {}
