package dev.culvert.daemon.config;

/** What a webhook can tell of. */
public enum WebhookEvent {
    /** An agent is there again, or for the first time. */
    AGENT_ONLINE("agent.online"),

    /** An agent cannot be reached any more. */
    AGENT_OFFLINE("agent.offline"),

    /** An agent has not had for long what it should have. */
    AGENT_DRIFT("agent.drift"),

    /** It has it again. */
    AGENT_IN_STEP("agent.in_step"),

    /** A call of a tool waits for a decision. */
    APPROVAL_ASKED("approval.asked"),

    /** Somebody has allowed or denied a call. */
    APPROVAL_DECIDED("approval.decided"),

    /** Nobody has decided in time. */
    APPROVAL_EXPIRED("approval.expired"),

    /** The agent does not want to make the call any more. */
    APPROVAL_WITHDRAWN("approval.withdrawn"),

    /** A run of a flow has ended, well or not. */
    FLOW_ENDED("flow.ended");

    private final String label;

    WebhookEvent(String label) {
        this.label = label;
    }

    /** As it is written in settings and in messages. */
    public String label() {
        return label;
    }
}
