package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.console.Effect;
import java.util.HashMap;
import java.util.Map;

/** What those verbs do that are no operation of the daemon: it does not know them. */
final class LocalEffects {
    /** Others count as changes. */
    static final Map<String, Effect> OF = new HashMap<>();

    static {
        for (String verb :
                new String[] {
                    "audit verify",
                    "completion",
                    "config validate",
                    "context list",
                    "context show",
                    "diff",
                    "document",
                    "doctor",
                    "explain",
                    "flow schema",
                    "health",
                    "inventory",
                    "logs",
                    "mcp validate",
                    "plan",
                    "policy explain",
                    "policy test",
                    "report",
                    "report compliance",
                    "top",
                    "turns watch",
                    "validate",
                    "vm templates"
                }) {
            OF.put(verb, Effect.READ);
        }
        for (String verb :
                new String[] {
                    "bugreport",
                    "report issue",
                    "config-ssh",
                    "context add",
                    "context use",
                    "create",
                    "create ct",
                    "create vm",
                    "init",
                    "policy trust",
                    "sync"
                }) {
            OF.put(verb, Effect.LOCAL);
        }
        OF.put("destroy", Effect.DESTROY);
    }

    private LocalEffects() {}

    /** Whether it does something on this machine although no operation says so. */
    static boolean isLocal(String verb) {
        return switch (verb) {
            case "apply",
                    "test",
                    "fleet import",
                    "approvals deny",
                    "approvals watch",
                    "reach setup",
                    "reach stop",
                    "mcp install",
                    "mcp mode",
                    "vm adopt" ->
                    true;
            default -> false;
        };
    }
}
