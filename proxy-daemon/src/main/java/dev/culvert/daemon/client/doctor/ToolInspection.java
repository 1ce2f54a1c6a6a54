package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Reply;
import dev.culvert.tools.Support;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What keeps the tools of agents where they belong, as the agents say. */
final class ToolInspection implements Inspection {
    private static final int MOST = 200;

    @Override
    public String name() {
        return "tools";
    }

    private final Supplier<Support> here;

    ToolInspection() {
        this(Support::here);
    }

    /**
     * @param here what the machine of culvert chat offers
     */
    ToolInspection(Supplier<Support> here) {
        this.here = here;
    }

    @Override
    public List<Finding> inspect(Site site) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("culvert chat on this machine: " + describe(here.get())));
        findings.addAll(agents(site));
        return findings;
    }

    private static String describe(Support here) {
        return switch (here.opener()) {
            case AT_ONCE -> "files by openat2; " + commands(here);
            case STEP_BY_STEP -> "files second-best: " + here.opener() + "; " + commands(here);
            case BY_STREAMS ->
                    "files second-best: "
                            + here.opener()
                            + "; no commands, because nothing can confine them, which needs Linux";
        };
    }

    private static String commands(Support here) {
        if (!here.seccomp()) {
            return "no commands, because the kernel has no seccomp";
        }
        return here.landlock() == 0
                ? "no commands but with --commands unconfined, because the kernel has no Landlock"
                : "commands confined by Landlock " + here.landlock() + " and seccomp";
    }

    private static List<Finding> agents(Site site) {
        try {
            Reply reply = site.daemon().get("/api/v1/agents?limit=" + MOST);
            return reply.isOk()
                    ? inspect(reply.json().at("agents").list())
                    : List.of(Finding.skipped("the daemon does not list its agents"));
        } catch (IOException _) {
            return List.of(Finding.skipped("no daemon answers, so no agent could be asked"));
        }
    }

    private static List<Finding> inspect(List<Value> agents) {
        List<Finding> findings = new ArrayList<>();
        int fine = 0;
        int all = 0;
        for (Value agent : agents) {
            Value tools = agent.at("heartbeat", "tools");
            if (!tools.map().isEmpty()) {
                all++;
                List<Finding> found = inspect("agent " + agent.text("id"), tools);
                fine += found.isEmpty() ? 1 : 0;
                findings.addAll(found);
            }
        }
        if (all == 0) {
            return List.of(Finding.skipped("no agent runs tools of its own"));
        }
        if (fine > 0) {
            findings.addFirst(
                    Finding.ok(
                            "%d of %d agents with tools have all that confines them"
                                    .formatted(fine, all)));
        }
        return findings;
    }

    private static List<Finding> inspect(String who, Value tools) {
        List<Finding> findings = new ArrayList<>();
        String commands = tools.text("commands");
        boolean runs = !commands.equals("off");
        boolean hasLandlock = tools.number(0, "landlock") > 0;
        if (!isTrue(tools, "openat2")) {
            findings.add(
                    Finding.warning(
                            who + " opens files by the second-best: " + paths(tools),
                            "openat2 is missing in its kernel (before Linux 5.6), a container or"
                                    + " systemd forbids it, or this is not Linux; symbolic links are"
                                    + " refused all the same",
                            "nothing must be done; a newer kernel, or a unit without DynamicUser=,"
                                    + " lets the kernel check each path"));
        }
        if (runs && !hasLandlock && commands.equals("confined")) {
            findings.add(
                    Finding.failure(
                            who + " refuses every command",
                            "it may run commands only confined, and its kernel has no Landlock",
                            "boot the VM with a kernel that has CONFIG_SECURITY_LANDLOCK and"
                                    + " lsm=landlock,…"));
        }
        if (commands.equals("unconfined")) {
            findings.add(
                    Finding.warning(
                            who + " does not insist on confining commands",
                            hasLandlock
                                    ? "its kernel has Landlock, which is used; without it, commands"
                                            + " could do whatever the agent's user may"
                                    : "its kernel has no Landlock: commands may do whatever the"
                                            + " agent's user may",
                            "set --tool-commands confined of culvert-agent"));
        }
        if (runs && !isTrue(tools, "seccomp")) {
            findings.add(
                    Finding.failure(
                            who + " refuses every command",
                            "its kernel has no seccomp, without which nothing can close the network"
                                    + " for commands",
                            "boot the VM with a kernel that has CONFIG_SECCOMP_FILTER"));
        }
        return findings;
    }

    private static String paths(Value tools) {
        String paths = tools.text("paths");
        return paths.isEmpty() ? "name by name" : paths;
    }

    private static boolean isTrue(Value tools, String name) {
        return tools.text(name).equals("true");
    }
}
