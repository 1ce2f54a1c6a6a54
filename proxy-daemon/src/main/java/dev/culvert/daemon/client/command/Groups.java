package dev.culvert.daemon.client.command;

import java.util.List;
import java.util.Map;

/** Under which heading the console's help lists a verb. */
final class Groups {
    private static final String OTHERS = "Infrastructure";

    private static final Map<String, List<String>> OF =
            Map.of(
                    "Agents and turns",
                    List.of(
                            "agents",
                            "ping",
                            "message",
                            "stream",
                            "chat",
                            "turns",
                            "publish",
                            "request",
                            "subscribe",
                            "approvals",
                            "budgets",
                            "webhooks",
                            "top"),
                    "Ways",
                    List.of(
                            "forward",
                            "reverse",
                            "preview",
                            "config-ssh",
                            "tunnel",
                            "keys",
                            "reach",
                            "check"),
                    "Flows",
                    List.of("flow"),
                    "What goes on",
                    List.of(
                            "status",
                            "health",
                            "logs",
                            "diagnose",
                            "doctor",
                            "bugreport",
                            "report",
                            "op",
                            "explain",
                            "audit"),
                    "The daemon",
                    List.of(
                            "call",
                            "config",
                            "reload",
                            "drain",
                            "log-level",
                            "fleet",
                            "hosts",
                            "db",
                            "token",
                            "enroll",
                            "enrollments",
                            "policy"),
                    "This machine",
                    List.of("context", "completion", "mcp", "setup", "exec"));

    private Groups() {}

    static String of(String words) {
        String first = words.split(" ", 2)[0];
        return OF.entrySet().stream()
                .filter(it -> it.getValue().contains(first))
                .map(Map.Entry::getKey)
                .findAny()
                .orElse(OTHERS);
    }
}
