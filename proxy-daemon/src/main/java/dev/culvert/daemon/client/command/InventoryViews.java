package dev.culvert.daemon.client.command;

import dev.culvert.about.Units;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** How the inventory is shown. */
final class InventoryViews {
    static final View SERVERS =
            View.of(
                    "name",
                    Column.of("SERVER", "name"),
                    Column.of("STATE", "state").in(InventoryViews::tone),
                    Column.of("VERSION", "version"),
                    Column.number("NODES", "nodes"),
                    Column.number("GUESTS", "guests"),
                    Column.of("QUORUM", InventoryViews::quorum),
                    Column.of("SEEN", it -> Ages.since(it.text("polled"))),
                    Column.of("URL", "url"),
                    Column.of(
                            "ERROR",
                            it ->
                                    it.text("error").isEmpty()
                                            ? it.text("notes")
                                            : it.text("error")));

    static final View NODES =
            View.of(
                    "name",
                    Column.of("NODE", "name"),
                    Column.of("SERVER", "server"),
                    Column.of("STATE", "state").in(InventoryViews::tone),
                    Column.number("CPUS", "cpus"),
                    Column.number("CPU", it -> percent(it.text("cpu"))),
                    Column.number("MEMORY", it -> size(it, "memory")),
                    Column.number("USED", it -> size(it, "memory_used")),
                    Column.of("UP", InventoryViews::uptime),
                    Column.of("SEEN", it -> Ages.since(it.text("seen"))));

    static final View STORAGES =
            View.of(
                    "name",
                    Column.of("STORAGE", "name"),
                    Column.of("NODE", "node"),
                    Column.of("SERVER", "server"),
                    Column.of("STATE", "state").in(InventoryViews::tone),
                    Column.of("TYPE", "type"),
                    Column.number("SIZE", it -> size(it, "size")),
                    Column.number("USED", it -> size(it, "used")),
                    Column.of("SHARED", it -> it.text("shared").equals("true") ? "yes" : "no"),
                    Column.of("CONTENT", it -> list(it.at("content"))));

    static final View TASKS =
            View.of(
                    "upid",
                    Column.of("BEGUN", "begun"),
                    Column.of("TYPE", "type"),
                    Column.of("OF", "id"),
                    Column.of("STATE", "state").in(InventoryViews::tone),
                    Column.of("NODE", "node"),
                    Column.of("SERVER", "server"),
                    Column.of("BY", "user"),
                    Column.of("EXIT", it -> it.text("exit").equals("OK") ? "" : it.text("exit")),
                    Column.of("TASK", "upid"));

    static final View CHANGES =
            View.of(
                    "subject",
                    Column.of("TIME", "time"),
                    Column.of("SERVER", "server"),
                    Column.of("OF", "subject"),
                    Column.of("WHAT", "what"),
                    Column.of("FROM", "from"),
                    Column.of("TO", "to"));

    static final View GUESTS =
            View.of(
                    "id",
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.of("STATE", InventoryViews::guestState).in(InventoryViews::tone),
                    Column.of("NODE", "node"),
                    Column.number("CPUS", "cpus"),
                    Column.number("CPU", it -> percent(it.text("cpu"))),
                    Column.number("MEMORY", it -> size(it, "memory")),
                    Column.number("DISK", it -> size(it, "disk")),
                    Column.of("UP", InventoryViews::uptime),
                    Column.of("TAGS", it -> list(it.at("tags"))),
                    Column.of("AGENT", InventoryViews::agent),
                    Column.of("SEEN", it -> Ages.since(it.text("seen"))));

    static final View GUEST =
            View.of(
                    "id",
                    Column.of("id", "id"),
                    Column.of("name", "name"),
                    Column.of("state", InventoryViews::guestState).in(InventoryViews::tone),
                    Column.of("node", "node"),
                    Column.of("template", it -> it.text("template").equals("true") ? "yes" : "no"),
                    Column.of("tags", it -> list(it.at("tags"))),
                    Column.of("pool", "pool"),
                    Column.number("cpus", "cpus"),
                    Column.number("cpu", it -> percent(it.text("cpu"))),
                    Column.number("memory", it -> size(it, "memory")),
                    Column.number("memory used", it -> size(it, "memory_used")),
                    Column.number("disk", it -> size(it, "disk")),
                    Column.of("up", InventoryViews::uptime),
                    Column.of("agent", InventoryViews::agent),
                    Column.of("snapshots", InventoryViews::snapshots),
                    Column.of("config", InventoryViews::config),
                    Column.of("seen", it -> Ages.since(it.text("seen"))),
                    Column.of("changed", it -> Ages.since(it.text("changed"))),
                    Column.of("not of now", "error"));

    private InventoryViews() {}

    private static Tone tone(Value value) {
        return switch (value.text("state")) {
            case "ok", "online", "running", "available" -> Tone.GOOD;
            case "stopped", "unknown", "paused", "suspended" -> Tone.FAINT;
            default -> Tone.BAD;
        };
    }

    private static String guestState(Value guest) {
        String lock = guest.text("lock");
        return guest.text("state") + (lock.isEmpty() ? "" : " (" + lock + ")");
    }

    private static String quorum(Value server) {
        return switch (server.text("quorate")) {
            case "true" -> "yes";
            case "false" -> "lost";
            default -> "";
        };
    }

    private static String agent(Value guest) {
        String agent = guest.text("agent");
        String also = list(guest.at("cid_also_of"));
        String named = agent.isEmpty() ? "" : agent + " (" + guest.text("agent_state") + ")";
        String twice = also.isEmpty() ? "" : "CID %s also of %s".formatted(guest.text("cid"), also);
        return named + (named.isEmpty() || twice.isEmpty() ? "" : ", ") + twice;
    }

    private static String list(Value values) {
        return values.list().stream().map(Value::text).collect(Collectors.joining(","));
    }

    private static String snapshots(Value guest) {
        return guest.at("snapshots").list().stream()
                .map(it -> it.text("name"))
                .collect(Collectors.joining(", "));
    }

    private static String config(Value guest) {
        if (!(guest.at("config") instanceof Value.Members(Map<String, Value> config))) {
            return "";
        }
        return config.entrySet().stream()
                .map(it -> it.getKey() + ": " + it.getValue().text().replace("\n", "\\n"))
                .collect(Collectors.joining("; "));
    }

    private static String size(Value of, String member) {
        String text = of.text(member);
        if (!text.matches("[0-9]{1,18}") || text.equals("0")) {
            return "";
        }
        long bytes = Long.parseLong(text);
        long unit = 1;
        while (bytes / unit >= 10 * 1024) {
            unit *= 1024;
        }
        return Units.text(bytes / unit * unit);
    }

    private static String percent(String part) {
        return part.isEmpty() ? "" : Math.round(Double.parseDouble(part) * 100) + "%";
    }

    private static String uptime(Value of) {
        String text = of.text("uptime");
        return text.matches("[1-9][0-9]{0,17}")
                ? Ages.of(Duration.ofSeconds(Long.parseLong(text)))
                : "";
    }
}
