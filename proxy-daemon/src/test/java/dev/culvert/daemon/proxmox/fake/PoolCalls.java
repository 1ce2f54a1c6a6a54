package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pools of guests. */
final class PoolCalls {
    private final Cluster cluster;

    PoolCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        handlers.put("GET /pools", this::list);
        handlers.put("GET /pools/{poolid}", call -> members(known(call)));
        handlers.put("POST /pools", this::make);
        handlers.put("PUT /pools", this::change);
        handlers.put("DELETE /pools", this::delete);
    }

    private String known(Call call) throws Refused {
        String pool = call.text("poolid");
        if (!cluster.pools().containsKey(pool)) {
            throw Refused.died("no such pool '%s'".formatted(pool));
        }
        return pool;
    }

    private Value list(Call call) {
        List<Value> rows = new ArrayList<>();
        cluster.pools()
                .forEach((pool, comment) -> {
                    if (call.caller().may("/pool/" + pool, "Pool.Audit")
                            && (!call.has("poolid") || call.text("poolid").equals(pool))) {
                        rows.add(Value.members("poolid", pool, "comment", comment));
                    }
                });
        return Value.of(rows);
    }

    private Value members(String pool) {
        List<Value> members = new ArrayList<>();
        for (Guest guest : cluster.guests().values()) {
            if (guest.pool().equals(pool)) {
                members.add(Rows.resource(cluster, guest));
            }
        }
        return Value.members(
                "comment", cluster.pools().getOrDefault(pool, ""), "members", Value.of(members));
    }

    private Value make(Call call) throws Refused {
        if (cluster.pools().putIfAbsent(call.text("poolid"), call.text("comment")) != null) {
            throw Refused.died("pool '%s' already exists".formatted(call.text("poolid")));
        }
        return Value.nothing();
    }

    private Value change(Call call) throws Refused {
        String pool = known(call);
        if (call.has("comment")) {
            cluster.pools().put(pool, call.text("comment"));
        }
        for (String id : Parts.ofList(call.text("vms"))) {
            Guest guest = cluster.guests().get(Integer.parseInt(id));
            if (guest == null) {
                throw Refused.died("VM %s does not exist".formatted(id));
            }
            if (call.is("delete")) {
                if (!guest.pool().equals(pool)) {
                    throw Refused.died("VM %s is not a pool member".formatted(id));
                }
                guest.setPool("");
            } else {
                if (!guest.pool().isEmpty() && !call.is("allow-move")) {
                    throw Refused.died(
                            guest.pool().equals(pool)
                                    ? "VM %s is already a pool member".formatted(id)
                                    : "VM %s belongs already to pool '%s' and 'allow-move' is not set"
                                            .formatted(id, guest.pool()));
                }
                guest.setPool(pool);
            }
        }
        return Value.nothing();
    }

    private Value delete(Call call) throws Refused {
        String pool = known(call);
        if (cluster.guests().values().stream().anyMatch(guest -> guest.pool().equals(pool))) {
            throw Refused.died("pool '%s' is not empty (contains VMs)".formatted(pool));
        }
        cluster.pools().remove(pool);
        return Value.nothing();
    }
}
