package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.List;
import java.util.Map;

/** What the QEMU guest agent in a VM is asked. */
final class AgentCalls {
    private final Cluster cluster;

    AgentCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        String agent = " /nodes/{node}/qemu/{vmid}/agent/";
        handlers.put("POST" + agent + "ping", call -> ask(call, Value.members()));
        handlers.put(
                "GET" + agent + "get-osinfo",
                call -> ask(call, Value.members("id", "debian", "version-id", "13")));
        handlers.put("GET" + agent + "network-get-interfaces", call -> ask(call, interfaces(call)));
    }

    private Value ask(Call call, Value result) throws Refused {
        Guest guest = cluster.guest(call, Guest.Kind.VM);
        String configured = guest.config().getOrDefault("agent", "0");
        if (!configured.startsWith("1") && !configured.contains("enabled=1")) {
            throw Refused.died("No QEMU guest agent configured");
        }
        if (guest.state() == Guest.State.STOPPED) {
            throw Refused.died("VM %d is not running".formatted(guest.vmid()));
        }
        if (cluster.isDeaf(guest.vmid())) {
            throw Refused.died("QEMU guest agent is not running");
        }
        return Value.members("result", result);
    }

    private static Value interfaces(Call call) {
        int id = call.number("vmid");
        return Value.of(
                List.of(
                        Value.members(
                                "name",
                                "eth0",
                                "ip-addresses",
                                Value.of(
                                        List.of(
                                                Value.members(
                                                        "ip-address-type",
                                                        "ipv4",
                                                        "ip-address",
                                                        "192.0.2." + id % 250,
                                                        "prefix",
                                                        24))))));
    }
}
