package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * The daemon's routes of the inventory, before one server of Proxmox: guests that are in memory,
 * and tasks that have ended when they are asked about, unless they are held.
 */
final class ScriptedInventory implements Closeable {
    private static final String ROOT = "/api/v1/inventory";
    private static final long GIB = 1L << 30;

    private final HttpServer server;
    private final Map<Integer, Map<String, Value>> guests = new TreeMap<>();
    private final Map<Integer, Map<String, Value>> configs = new TreeMap<>();
    private final List<String> posted = new CopyOnWriteArrayList<>();
    private final List<String> failing = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch held = new CountDownLatch(0);
    private volatile String holding = "\0";
    private volatile boolean isAway;

    ScriptedInventory() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(ROOT, this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was posted, as {@code ACTION VMID BODY}. */
    List<String> posted() {
        return posted;
    }

    /** The next task whose action has this name fails. */
    void fail(String action) {
        failing.add(action);
    }

    /** Tasks of this action go on until {@link #release}. */
    void hold(String action) {
        held = new CountDownLatch(1);
        holding = action;
    }

    /** The server is away: guests are told as they were. */
    void away() {
        isAway = true;
    }

    void release() {
        holding = "\0";
        held.countDown();
    }

    /** A guest that somebody has made by hand. */
    synchronized void put(int vmid, String kind, String name, String state, Object... config) {
        Map<String, Value> guest = new LinkedHashMap<>();
        guest.put("name", Value.of(name));
        guest.put("kind", Value.of(kind));
        guest.put("node", Value.of("pve1"));
        guest.put("state", Value.of(state));
        guest.put("template", Value.of(false));
        guests.put(vmid, guest);
        configs.put(vmid, new LinkedHashMap<>(Value.members(config).map()));
    }

    synchronized void set(int vmid, String key, String value) {
        config(vmid).put(key, Value.of(value));
    }

    synchronized void state(int vmid, String state) {
        guest(vmid).put("state", Value.of(state));
    }

    synchronized String config(int vmid, String key) {
        return configs.getOrDefault(vmid, Map.of()).getOrDefault(key, Value.nothing()).text();
    }

    private Map<String, Value> config(int vmid) {
        return Objects.requireNonNull(configs.get(vmid));
    }

    private Map<String, Value> guest(int vmid) {
        return Objects.requireNonNull(guests.get(vmid));
    }

    synchronized boolean has(int vmid) {
        return guests.containsKey(vmid);
    }

    synchronized String stateOf(int vmid) {
        return new Value.Members(guest(vmid)).text("state");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring(ROOT.length());
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            List<String> words = List.of(path.substring(1).split("/", -1));
            int status = 200;
            Value answer;
            try {
                answer =
                        exchange.getRequestMethod().equals("POST")
                                ? change(
                                        words, body.isEmpty() ? Value.members() : Value.parse(body))
                                : read(words);
            } catch (Refused e) {
                status = e.status;
                answer = Value.members("error", String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            byte[] bytes = answer.json().getBytes(UTF_8);
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private Value read(List<String> words) throws InterruptedException {
        return switch (words.getFirst()) {
            case "servers" ->
                    Value.members(
                            "servers",
                            Value.of(List.of(Value.members("name", "lab", "state", "ok"))));
            case "nodes" ->
                    Value.members("nodes", Value.of(List.of(node("pve1", 16), node("pve2", 8))));
            case "storages" ->
                    Value.members("storages", Value.of(List.of(storage("pve1"), storage("pve2"))));
            case "tasks" -> task(words.get(2));
            default -> words.size() == 1 ? all() : one(Integer.parseInt(words.get(2)));
        };
    }

    private static Value node(String name, int gib) {
        return Value.members(
                "server",
                "lab",
                "name",
                name,
                "state",
                "online",
                "cpus",
                8,
                "memory",
                gib * GIB,
                "memory_used",
                GIB);
    }

    private static Value storage(String node) {
        return Value.members(
                "server",
                "lab",
                "node",
                node,
                "name",
                "local-lvm",
                "type",
                "lvmthin",
                "shared",
                false,
                "size",
                100 * GIB,
                "used",
                20 * GIB,
                "state",
                "available");
    }

    private synchronized Value all() {
        List<Value> rows = new ArrayList<>();
        guests.keySet().forEach(vmid -> rows.add(row(vmid)));
        return Value.members("guests", Value.of(rows));
    }

    private Value row(int vmid) {
        Map<String, Value> row = new LinkedHashMap<>();
        row.put("id", Value.of("lab/" + vmid));
        row.put("server", Value.of("lab"));
        row.put("vmid", Value.of(vmid));
        row.putAll(guest(vmid));
        return new Value.Members(row);
    }

    private synchronized Value one(int vmid) {
        if (!guests.containsKey(vmid)) {
            throw new Refused(404, "There is no guest 'lab/%d'.".formatted(vmid));
        }
        Map<String, Value> whole = new LinkedHashMap<>(row(vmid).map());
        if (isAway) {
            whole.put("live", Value.of(false));
            whole.put("error", Value.of("connection refused"));
        }
        whole.put("config", new Value.Members(new LinkedHashMap<>(config(vmid))));
        return new Value.Members(whole);
    }

    private Value task(String upid) throws InterruptedException {
        String action = upid.split(":", -1)[1];
        if (action.equals(holding)) {
            held.await();
        }
        boolean fails = failing.remove(action);
        return Value.members(
                "task",
                Value.members(
                        "server",
                        "lab",
                        "upid",
                        upid,
                        "state",
                        fails ? "failed" : "ok",
                        "exit",
                        fails ? "no space left" : ""),
                "log",
                Value.of(List.of(Value.of("does " + action))),
                "log_next",
                1);
    }

    private synchronized Value change(List<String> words, Value body) {
        if (words.size() == 2) {
            int vmid = (int) body.number(0, "vmid");
            posted.add("create " + vmid + " " + body.json());
            if (guests.containsKey(vmid)) {
                throw new Refused(409, "VM %d already exists".formatted(vmid));
            }
            String name = body.text("name") + body.text("hostname");
            put(vmid, body.text("kind"), name, "stopped");
            guest(vmid).put("node", body.at("node"));
            configure(vmid, body);
            return running("create", vmid);
        }
        int vmid = Integer.parseInt(words.get(2));
        String action = words.get(3);
        posted.add(action + " " + vmid + " " + body.json());
        if (!guests.containsKey(vmid)) {
            throw new Refused(404, "There is no guest 'lab/%d'.".formatted(vmid));
        }
        switch (action) {
            case "start" -> state(vmid, "running");
            case "stop", "shutdown" -> state(vmid, "stopped");
            case "destroy" -> {
                guests.remove(vmid);
                configs.remove(vmid);
            }
            case "set" -> {
                if (!body.text("name").isEmpty()) {
                    guest(vmid).put("name", body.at("name"));
                }
                configure(vmid, body);
                return Value.members("done", true);
            }
            case "resize" -> {
                String slot = body.text("disk");
                config(vmid)
                        .put(
                                slot,
                                Value.of(
                                        config(vmid, slot)
                                                .replaceFirst(
                                                        "size=[^,]*",
                                                        "size=" + body.text("size"))));
            }
            case "migrate" -> guest(vmid).put("node", body.at("target"));
            case "clone" -> {
                int id = (int) body.number(0, "newid");
                put(id, "vm", body.text("name"), "stopped");
                config(id).putAll(config(vmid));
            }
            default -> throw new Refused(400, "no action " + action);
        }
        return running(action, vmid);
    }

    /** New disks get a volume, and cards an address, as Proxmox gives them. */
    private void configure(int vmid, Value body) {
        body.map()
                .forEach((key, value) -> {
                    String text = value.text();
                    if (text.matches("[a-z-]+:\\d+(,.*)?")
                            && key.matches("(scsi|virtio|mp)\\d|rootfs")) {
                        String[] parts = text.split("[:,]", 3);
                        text =
                                "%s:vm-%d-%s,size=%sG%s"
                                        .formatted(
                                                parts[0],
                                                vmid,
                                                key,
                                                parts[1],
                                                parts.length > 2 ? "," + parts[2] : "");
                    } else if (text.startsWith("virtio,")) {
                        text = text.replace("virtio,", "virtio=BC:24:11:00:00:01,");
                    }
                    if (!List.of("kind", "node", "vmid", "ostemplate").contains(key)) {
                        config(vmid).put(key, Value.of(text));
                    }
                });
    }

    private static Value running(String action, int vmid) {
        return Value.members(
                "task",
                Value.members(
                        "server",
                        "lab",
                        "upid",
                        "UPID:%s:%d".formatted(action, vmid),
                        "state",
                        "running"));
    }

    @Override
    public void close() {
        release();
        server.stop(0);
    }
}
