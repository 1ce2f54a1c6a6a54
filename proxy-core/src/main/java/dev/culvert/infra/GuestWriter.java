package dev.culvert.infra;

import dev.culvert.about.Units;
import dev.culvert.infra.Guest.Source;
import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a guest as its file has it. */
public final class GuestWriter {
    private GuestWriter() {}

    public static Value value(Guest guest) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("name", Value.of(guest.name()));
        members.put("kind", Value.of(guest.kind().word()));
        members.put("server", Value.of(guest.id().server()));
        members.put("node", Value.of(guest.node()));
        members.put("vmid", Value.of(guest.id().vmid()));
        switch (guest.source()) {
            case Source.Clone(int vmid) -> members.put("clone", Value.of(vmid));
            case Source.Template(String volume) -> members.put("template", Value.of(volume));
            case Source.Blank _ -> {}
        }
        guest.hardware().cpus().ifPresent(it -> members.put("cpus", Value.of(it)));
        guest.hardware()
                .memoryBytes()
                .ifPresent(it -> members.put("memory", Value.of(Units.text(it))));
        if (!guest.hardware().disks().isEmpty()) {
            members.put(
                    "disks",
                    Value.of(guest.hardware().disks().stream().map(GuestWriter::disk).toList()));
        }
        if (!guest.hardware().network().isEmpty()) {
            members.put(
                    "network",
                    Value.of(guest.hardware().network().stream().map(GuestWriter::nic).toList()));
        }
        guest.wishes().tags().ifPresent(tags -> members.put("tags", texts(tags)));
        guest.wishes().cid().ifPresent(it -> members.put("agent", Value.members("cid", it)));
        guest.wishes().start().ifPresent(it -> members.put("start", Value.of(it)));
        guest.wishes().onBoot().ifPresent(it -> members.put("on_boot", Value.of(it)));
        if (!guest.wishes().needs().isEmpty()) {
            members.put("needs", texts(guest.wishes().needs()));
        }
        return new Value.Members(members);
    }

    public static Value texts(List<String> texts) {
        return Value.of(texts.stream().map(Value::of).toList());
    }

    private static Value disk(Disk disk) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("slot", Value.of(disk.slot()));
        members.put("storage", Value.of(disk.storage()));
        members.put("size", Value.of(Units.text(disk.bytes())));
        if (!disk.path().isEmpty()) {
            members.put("path", Value.of(disk.path()));
        }
        return new Value.Members(members);
    }

    private static Value nic(Nic nic) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("bridge", Value.of(nic.bridge()));
        if (nic.vlan() != 0) {
            members.put("vlan", Value.of(nic.vlan()));
        }
        if (!nic.model().equals(Nic.MODEL)) {
            members.put("model", Value.of(nic.model()));
        }
        if (!nic.ip().isEmpty()) {
            members.put("ip", Value.of(nic.ip()));
        }
        if (!nic.gateway().isEmpty()) {
            members.put("gateway", Value.of(nic.gateway()));
        }
        return new Value.Members(members);
    }
}
