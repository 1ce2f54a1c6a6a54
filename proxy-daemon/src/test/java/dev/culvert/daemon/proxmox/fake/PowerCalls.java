package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.Map;

/** Starts and stops guests. A VM that is locked fails in its task, as in Proxmox, not at once. */
final class PowerCalls {
    private final Cluster cluster;

    PowerCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        for (Guest.Kind kind : Guest.Kind.values()) {
            String path = "POST /nodes/{node}/%s/{vmid}/status/".formatted(kind.path());
            String task = kind == Guest.Kind.VM ? "qm" : "vz";
            handlers.put(path + "start", call -> start(call, kind, task + "start"));
            handlers.put(path + "stop", call -> stop(call, kind, task + "stop", false));
            handlers.put(path + "shutdown", call -> stop(call, kind, task + "shutdown", true));
            handlers.put(path + "reboot", call -> again(call, kind, task + "reboot"));
            handlers.put(path + "suspend", call -> suspend(call, kind, task));
            handlers.put(path + "resume", call -> resume(call, kind, task + "resume"));
        }
        handlers.put(
                "POST /nodes/{node}/qemu/{vmid}/status/reset",
                call -> again(call, Guest.Kind.VM, "qmreset"));
    }

    private Value start(Call call, Guest.Kind kind, String type) throws Refused {
        Guest guest = guest(call, kind);
        if (kind == Guest.Kind.CT && guest.state() != Guest.State.STOPPED) {
            throw Refused.died("CT %d already running".formatted(guest.vmid()));
        }
        return task(
                call,
                type,
                guest,
                () -> {
                    if (guest.isTemplate()) {
                        throw Refused.died("you can't start a vm if it's a template");
                    }
                    if (guest.state() != Guest.State.STOPPED) {
                        throw Refused.died(
                                "%s %d already running".formatted(kind.word(), guest.vmid()));
                    }
                    guest.become(Guest.State.RUNNING, Cluster.now());
                });
    }

    private Value stop(Call call, Guest.Kind kind, String type, boolean gently) throws Refused {
        Guest guest = guest(call, kind);
        if (kind == Guest.Kind.CT) {
            needRunning(guest);
        }
        return task(
                call,
                type,
                guest,
                () -> {
                    if (gently && cluster.isDeaf(guest.vmid()) && !call.is("forceStop")) {
                        throw Refused.died("VM quit/powerdown failed - got timeout");
                    }
                    guest.become(Guest.State.STOPPED, Cluster.now());
                });
    }

    private Value again(Call call, Guest.Kind kind, String type) throws Refused {
        Guest guest = guest(call, kind);
        needRunning(guest);
        return task(
                call,
                type,
                guest,
                () -> {
                    guest.become(Guest.State.STOPPED, Cluster.now());
                    guest.become(Guest.State.RUNNING, Cluster.now());
                });
    }

    private Value suspend(Call call, Guest.Kind kind, String task) throws Refused {
        Guest guest = guest(call, kind);
        needRunning(guest);
        boolean toDisk = call.is("todisk");
        String type = task + (kind == Guest.Kind.CT || toDisk ? "suspend" : "pause");
        return task(
                call,
                type,
                guest,
                () -> {
                    guest.become(toDisk ? Guest.State.STOPPED : Guest.State.PAUSED, Cluster.now());
                    if (toDisk) {
                        guest.config().put("lock", "suspended");
                    }
                });
    }

    private Value resume(Call call, Guest.Kind kind, String type) throws Refused {
        Guest guest = guest(call, kind);
        boolean fromDisk = "suspended".equals(guest.config().get("lock"));
        if (!fromDisk) {
            needRunning(guest);
        }
        return task(
                call,
                type,
                guest,
                () -> {
                    if (fromDisk) {
                        guest.config().remove("lock");
                    }
                    guest.become(Guest.State.RUNNING, Cluster.now());
                });
    }

    private Guest guest(Call call, Guest.Kind kind) throws Refused {
        Guest guest = cluster.guest(call, kind);
        if (call.has("skiplock") && !call.caller().isRoot()) {
            throw Refused.parameter("skiplock", "Only root may use this option.");
        }
        return guest;
    }

    private static void needRunning(Guest guest) throws Refused {
        if (guest.state() == Guest.State.STOPPED) {
            throw Refused.died("%s %d not running".formatted(guest.kind().word(), guest.vmid()));
        }
    }

    private Value task(Call call, String type, Guest guest, Task.Effect effect) {
        boolean ignoresLock = call.is("skiplock") || type.endsWith("resume");
        return Value.of(
                cluster.begin(
                                call,
                                type,
                                Integer.toString(guest.vmid()),
                                () -> {
                                    if (!ignoresLock) {
                                        guest.needNoLock();
                                    }
                                    effect.happen();
                                })
                        .upid());
    }
}
