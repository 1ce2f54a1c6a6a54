package dev.culvert.infra;

import dev.culvert.about.Units;
import dev.culvert.infra.Change.Attribute;
import dev.culvert.infra.Change.Step;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What differs between a guest as it is wanted and as it is, and the calls that end that. */
final class Difference {
    private final Guest wanted;
    private final Observed is;

    private final List<Attribute> attributes = new ArrayList<>();
    private final Map<String, Value> set = new LinkedHashMap<>();
    private final List<Step> resizes = new ArrayList<>();
    private final List<Step> moves = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();

    private Difference(Guest wanted, Observed is) {
        this.wanted = wanted;
        this.is = is;
    }

    static Difference of(Guest wanted, Observed is) {
        Difference difference = new Difference(wanted, is);
        difference.compare();
        return difference;
    }

    private void compare() {
        if (!wanted.node().equals(is.node())) {
            attributes.add(new Attribute("node", is.node(), wanted.node()));
            moves.add(move());
        }
        if (!wanted.name().equals(is.name())) {
            attributes.add(new Attribute("name", is.name(), wanted.name()));
            set.put(wanted.kind().nameParameter(), Value.of(wanted.name()));
        }
        int before = attributes.size();
        hardware();
        boolean atNextStart = attributes.size() > before;
        disks();
        network();
        rest();
        if (atNextStart && is.isRunning() && wanted.kind() == GuestKind.VM) {
            notes.add("cpus and memory of a VM that runs count from its next start on");
        }
    }

    private void hardware() {
        wanted.hardware()
                .cpus()
                .filter(it -> it != is.cpus())
                .ifPresent(it -> {
                    attributes.add(
                            new Attribute("cpus", Integer.toString(is.cpus()), it.toString()));
                    set.put("cores", Value.of(it));
                    if (!is.config().getOrDefault("sockets", "1").equals("1")) {
                        set.put("sockets", Value.of(1));
                    }
                });
        wanted.hardware()
                .memoryMib()
                .filter(it -> it != is.memoryMib())
                .ifPresent(it -> {
                    attributes.add(
                            new Attribute(
                                    "memory",
                                    Units.text(is.memoryMib() << 20),
                                    Units.text(it << 20)));
                    set.put("memory", Value.of(it));
                });
    }

    private void disks() {
        for (Disk disk : wanted.hardware().disks()) {
            Optional<Disk> there = is.disk(disk.slot());
            String name = "disks." + disk.slot();
            if (there.isEmpty()) {
                attributes.add(new Attribute(name, "", text(disk)));
                set.put(disk.slot(), Value.of(disk.asNew()));
            } else if (!there.get().storage().equals(disk.storage())) {
                mistakes.add(
                        "%s of %s is on %s, and plans move no disk to another storage (%s): move it in Proxmox, or change the file"
                                .formatted(
                                        disk.slot(),
                                        wanted.name(),
                                        there.get().storage(),
                                        disk.storage()));
            } else if (there.get().bytes() > disk.bytes()) {
                mistakes.add(
                        "%s of %s has %s, and no disk can shrink to %s: write at least that size"
                                .formatted(
                                        disk.slot(),
                                        wanted.name(),
                                        Units.text(there.get().bytes()),
                                        Units.text(disk.bytes())));
            } else if (there.get().bytes() < disk.bytes()) {
                attributes.add(new Attribute(name, text(there.get()), text(disk)));
                resizes.add(
                        new Step(
                                "resize " + disk.slot(),
                                wanted.id().path() + "/resize",
                                Value.members("disk", disk.slot(), "size", disk.gib() + "G")));
            }
        }
    }

    private static String text(Disk disk) {
        return Units.text(disk.bytes()) + " on " + disk.storage();
    }

    private void network() {
        for (int i = 0; i < wanted.hardware().network().size(); i++) {
            Nic nic = wanted.hardware().network().get(i);
            Nic there = is.nic(i).orElse(null);
            boolean isSame =
                    there != null
                            && nic.bridge().equals(there.bridge())
                            && nic.vlan() == there.vlan()
                            && nic.model().equals(there.model());
            boolean isAddressed =
                    nic.ip().isEmpty()
                            || (there != null
                                    && nic.ip().equals(there.ip())
                                    && nic.gateway().equals(there.gateway()));
            if (isSame && isAddressed) {
                continue;
            }
            attributes.add(
                    new Attribute(
                            "network[" + i + "]", there == null ? "" : text(there), text(nic)));
            Map<String, String> before = is.parts("net" + i, "");
            if (wanted.kind() == GuestKind.CT) {
                set.put("net" + i, Value.of(Parameters.ctCard(i, nic, before)));
                continue;
            }
            if (!isSame) {
                set.put("net" + i, Value.of(Parameters.vmCard(nic, before)));
            }
            if (!isAddressed) {
                set.put("ipconfig" + i, Value.of(Parameters.address(nic)));
            }
        }
    }

    private static String text(Nic nic) {
        return nic.bridge()
                + (nic.vlan() == 0 ? "" : " vlan " + nic.vlan())
                + (nic.model().equals(Nic.MODEL) ? "" : " " + nic.model())
                + (nic.ip().isEmpty() ? "" : " " + nic.ip())
                + (nic.gateway().isEmpty() ? "" : " by " + nic.gateway());
    }

    private void rest() {
        wanted.wishes()
                .tags()
                .map(it -> it.stream().sorted().distinct().toList())
                .filter(it -> !it.equals(is.tags()))
                .ifPresent(it -> {
                    attributes.add(
                            new Attribute(
                                    "tags", String.join(", ", is.tags()), String.join(", ", it)));
                    set.put("tags", Value.of(String.join(";", it)));
                });
        wanted.wishes()
                .onBoot()
                .filter(it -> it != is.isOnBoot())
                .ifPresent(it -> {
                    attributes.add(
                            new Attribute(
                                    "on_boot", Boolean.toString(is.isOnBoot()), it.toString()));
                    set.put("onboot", Value.of(it ? 1 : 0));
                });
        wanted.wishes()
                .cid()
                .filter(it -> !is.cid().equals(Optional.of(it)))
                .ifPresent(it -> {
                    String from = is.cid().map(cid -> Long.toString(cid)).orElse("");
                    attributes.add(new Attribute("agent.cid", from, it.toString()));
                    notes.add(byHand(it));
                });
        wanted.wishes()
                .start()
                .filter(it -> it != is.isRunning() && !(it && is.isTemplate()))
                .ifPresent(it ->
                        attributes.add(
                                new Attribute(
                                        "start", Boolean.toString(is.isRunning()), it.toString())));
    }

    /* Proxmox refuses args to every API token, so root sets it on the node. */
    private String byHand(long cid) {
        String device = "-device vhost-vsock-pci,guest-cid=" + cid;
        String before = is.config().getOrDefault("args", "");
        String kept = before.replaceAll("-device vhost-vsock-pci,guest-cid=\\d+", "").strip();
        return "agent.cid is set by root on %s, for Proxmox refuses it to API tokens: qm set %d --args '%s'"
                .formatted(
                        wanted.node(),
                        wanted.id().vmid(),
                        (kept.isEmpty() ? device : kept + " " + device).replace("'", "'\\''"));
    }

    private Step move() {
        return new Step(
                "migrate to " + wanted.node(),
                wanted.id().path() + "/migrate",
                is.isRunning()
                        ? Value.members(
                                "target",
                                wanted.node(),
                                wanted.kind() == GuestKind.VM ? "online" : "restart",
                                1)
                        : Value.members("target", wanted.node()));
    }

    /** All calls, without those that start and stop it. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>(moves);
        if (!set.isEmpty()) {
            steps.add(
                    new Step(
                            "set " + String.join(", ", set.keySet()),
                            wanted.id().path() + "/set",
                            new Value.Members(set)));
        }
        steps.addAll(resizes);
        return steps;
    }

    /** The call after which it runs, or does not, as it should; none if it does. */
    List<Step> power(boolean isRunning) {
        return wanted
                .wishes()
                .start()
                .filter(it -> it != isRunning && !(it && is.isTemplate()))
                .map(it -> it ? Parameters.START : Parameters.SHUTDOWN)
                .map(it -> new Step(it, wanted.id().path() + "/" + it, Value.members()))
                .stream()
                .toList();
    }

    List<Attribute> attributes() {
        return attributes;
    }

    List<String> notes() {
        return notes;
    }

    List<String> mistakes() {
        return mistakes;
    }
}
