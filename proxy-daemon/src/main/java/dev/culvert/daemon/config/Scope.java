package dev.culvert.daemon.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A right that a token, a role or a user of a Unix socket can have. */
public enum Scope {
    /** To see agents, their state and their turns. */
    AGENTS_READ("agents:read"),

    /** To send messages, and to change agents. */
    AGENTS_WRITE("agents:write"),

    /** To see the calls of tools that agents ask about, and to allow or deny them. */
    APPROVALS("approvals"),

    /** To open connections to ports of agents, and to manage what such connections need. */
    REACH("reach"),

    /** To run flows and to see their runs. */
    FLOWS("flows"),

    /** To see servers of Proxmox, their guests and their tasks. */
    INVENTORY("inventory"),

    /** To change guests of Proxmox: virtual machines and containers. */
    GUESTS("guests"),

    /** To read {@code /metrics}, which count every tenant's work. */
    METRICS_READ("metrics:read"),

    /** To manage tokens; of a caller without a tenant also to operate the daemon. */
    ADMIN("admin");

    private final String label;

    Scope(String label) {
        this.label = label;
    }

    /** As it is written in settings, tokens and answers. */
    public String label() {
        return label;
    }

    /** The scope of that label; empty if there is none. */
    public static Optional<Scope> of(String label) {
        return Arrays.stream(values()).filter(scope -> scope.label.equals(label)).findAny();
    }

    /** All labels, for messages. */
    public static String labels() {
        return String.join(", ", all());
    }

    /** All labels. */
    public static List<String> all() {
        return Arrays.stream(values()).map(Scope::label).toList();
    }

    @Override
    public String toString() {
        return label;
    }
}
