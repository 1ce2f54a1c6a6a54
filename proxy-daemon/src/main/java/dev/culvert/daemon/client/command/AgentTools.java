package dev.culvert.daemon.client.command;

import dev.culvert.value.Value;
import java.util.stream.Collectors;

/** What an agent says of its tools, and what the daemon says of their policies, for people. */
final class AgentTools {
    private AgentTools() {}

    /** Those above its own, such as {@code host (tools.policy, 3 rules)}. */
    static String policies(Value agent) {
        return agent.at("policies").list().stream()
                .map(it ->
                        it.text("level")
                                + " ("
                                + it.text("from")
                                + ", "
                                + rules(it.text("rules"))
                                + ")")
                .collect(Collectors.joining(", "));
    }

    private static String rules(String count) {
        return count + (count.equals("1") ? " rule" : " rules");
    }

    /**
     * What confines its tools, such as {@code commands confined; openat2, Landlock 6, seccomp}.
     * Empty if it has none.
     */
    static String confinement(Value agent) {
        Value tools = agent.at("heartbeat", "tools");
        if (tools.map().isEmpty()) {
            return "";
        }
        String landlock = tools.text("landlock");
        return "commands "
                + tools.text("commands")
                + "; "
                + paths(tools)
                + (landlock.equals("0") ? ", no Landlock" : ", Landlock " + landlock)
                + (isTrue(tools, "seccomp") ? ", seccomp" : ", no seccomp");
    }

    /** The second-best has a name, if the agent gives it. */
    private static String paths(Value tools) {
        if (isTrue(tools, "openat2")) {
            return "openat2";
        }
        String paths = tools.text("paths");
        return paths.isEmpty() ? "no openat2" : "second-best: " + paths;
    }

    private static boolean isTrue(Value tools, String name) {
        return tools.text(name).equals("true");
    }
}
