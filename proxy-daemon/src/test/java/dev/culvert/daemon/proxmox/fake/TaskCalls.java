package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What is asked of tasks. */
final class TaskCalls {
    private static final Pattern UPID =
            Pattern.compile(
                    "UPID:[a-zA-Z0-9][a-zA-Z0-9\\-]*:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\\s]+:[^:\\s]*:[^:\\s]+:");

    private final Cluster cluster;

    TaskCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        String one = " /nodes/{node}/tasks/{upid}";
        handlers.put("GET /cluster/tasks", this::recent);
        handlers.put("GET /nodes/{node}/tasks", this::ofNode);
        handlers.put("GET" + one, call -> index(task(call)));
        handlers.put("GET" + one + "/status", call -> status(task(call)));
        handlers.put("GET" + one + "/log", call -> log(task(call), call));
        handlers.put("DELETE" + one, this::stop);
    }

    private Task task(Call call) throws Refused {
        String upid = call.text("upid");
        if (!UPID.matcher(upid).matches()) {
            throw Refused.parameter("upid", "unable to parse worker upid");
        }
        Task task =
                cluster.tasks().stream()
                        .filter(one -> one.upid().equals(upid))
                        .findFirst()
                        .orElseThrow(() -> Refused.parameter("upid", "no such task"));
        if (!task.user().equals(call.caller().who())) {
            call.caller().need("/nodes/" + call.text("node"), "Sys.Audit");
        }
        return task;
    }

    private Value recent(Call call) {
        boolean all = call.caller().may("/", "Sys.Audit");
        List<Value> rows = new ArrayList<>();
        for (Task task : cluster.tasks().reversed()) {
            if (all || task.user().equals(call.caller().who())) {
                rows.add(row(task));
            }
        }
        return Value.of(rows);
    }

    private Value ofNode(Call call) {
        boolean all = call.caller().may("/nodes/" + call.text("node"), "Sys.Audit");
        String source = call.has("source") ? call.text("source") : "archive";
        List<Value> rows = new ArrayList<>();
        for (Task task : cluster.tasks().reversed()) {
            boolean running = task.exit() == null;
            if (task.node().equals(call.text("node"))
                    && (all || task.user().equals(call.caller().who()))
                    && (source.equals("all") || running == source.equals("active"))
                    && (!call.has("vmid") || task.id().equals(call.text("vmid")))
                    && (!call.has("typefilter") || task.type().startsWith(call.text("typefilter")))
                    && (!call.is("errors") || !"OK".equals(task.exit()))) {
                rows.add(row(task));
            }
        }
        int from = Math.min(call.number("start", 0), rows.size());
        return Value.of(rows.subList(from, Math.min(from + call.number("limit", 50), rows.size())));
    }

    private static Value row(Task task) {
        List<Object> row = new ArrayList<>(common(task));
        String exit = task.exit();
        if (exit != null) {
            row.addAll(List.of("endtime", task.ended(), "status", exit));
        }
        return Value.members(row.toArray());
    }

    private static List<Object> common(Task task) {
        List<Object> row = new ArrayList<>();
        row.addAll(List.of("upid", task.upid(), "node", task.node(), "pid", task.pid()));
        row.addAll(List.of("starttime", task.begun(), "type", task.type(), "id", task.id()));
        row.addAll(List.of("user", task.user(), "pstart", task.pid() * 100));
        return row;
    }

    private static Value index(Task task) {
        return Value.of(
                List.of(
                        Value.members("name", "log", "upid", task.upid()),
                        Value.members("name", "status", "upid", task.upid())));
    }

    private static Value status(Task task) {
        List<Object> row = new ArrayList<>(common(task));
        String exit = task.exit();
        row.addAll(List.of("status", exit == null ? "running" : "stopped"));
        if (exit != null) {
            row.addAll(List.of("exitstatus", exit));
        }
        return Value.members(row.toArray());
    }

    private static Value log(Task task, Call call) {
        List<Value> rows = new ArrayList<>();
        int from = call.number("start", 0);
        int limit = call.number("limit", 50);
        int until = limit == 0 ? task.log().size() : from + limit;
        for (int i = from; i < Math.min(until, task.log().size()); i++) {
            rows.add(Value.members("n", i + 1, "t", task.log().get(i)));
        }
        if (rows.isEmpty()) {
            rows.add(Value.members("n", 1, "t", "no content"));
        }
        return Value.of(rows);
    }

    private Value stop(Call call) throws Refused {
        Task task = task(call);
        if (!task.user().equals(call.caller().who())) {
            call.caller().need("/nodes/" + call.text("node"), "Sys.Modify");
        }
        cluster.stop(task);
        return Value.nothing();
    }
}
