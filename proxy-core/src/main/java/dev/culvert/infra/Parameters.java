package dev.culvert.infra;

import dev.culvert.infra.Guest.Source;
import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What Proxmox calls the parts of a guest. */
final class Parameters {
    static final String START = "start";
    static final String SHUTDOWN = "shutdown";
    private static final String NET = "net";

    private Parameters() {}

    /** The body that makes a guest anew, without starting it. */
    static Value create(Guest guest) {
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("kind", Value.of(guest.kind().word()));
        body.put("node", Value.of(guest.node()));
        body.put("vmid", Value.of(guest.id().vmid()));
        body.put(guest.kind().nameParameter(), Value.of(guest.name()));
        guest.hardware().cpus().ifPresent(it -> body.put("cores", Value.of(it)));
        guest.hardware().memoryMib().ifPresent(it -> body.put("memory", Value.of(it)));
        if (guest.kind() == GuestKind.VM) {
            body.put("ostype", Value.of("l26"));
            body.put("scsihw", Value.of("virtio-scsi-single"));
        } else {
            body.put("unprivileged", Value.of(1));
        }
        if (guest.source() instanceof Source.Template(String volume)) {
            body.put("ostemplate", Value.of(volume));
        }
        guest.hardware().disks().forEach(it -> body.put(it.slot(), Value.of(it.asNew())));
        List<Nic> nics = guest.hardware().network();
        for (int i = 0; i < nics.size(); i++) {
            Nic nic = nics.get(i);
            if (guest.kind() == GuestKind.CT) {
                body.put(NET + i, Value.of(ctCard(i, nic, Map.of())));
            } else {
                body.put(NET + i, Value.of(vmCard(nic, Map.of())));
                if (!nic.ip().isEmpty()) {
                    body.put("ipconfig" + i, Value.of(address(nic)));
                }
            }
        }
        guest.wishes()
                .tags()
                .filter(it -> !it.isEmpty())
                .ifPresent(it ->
                        body.put(
                                "tags",
                                Value.of(
                                        it.stream()
                                                .sorted()
                                                .distinct()
                                                .collect(Collectors.joining(";")))));
        guest.wishes().onBoot().ifPresent(it -> body.put("onboot", Value.of(it ? 1 : 0)));
        return new Value.Members(body);
    }

    /** The configuration that a guest has after it was made. */
    static Map<String, String> expected(Guest guest) {
        Map<String, String> config = new LinkedHashMap<>();
        create(guest).map().forEach((key, value) -> config.put(key, value.text()));
        guest.hardware()
                .disks()
                .forEach(it ->
                        config.put(
                                it.slot(),
                                "%s:new,size=%dG%s"
                                        .formatted(
                                                it.storage(),
                                                it.gib(),
                                                it.path().isEmpty() ? "" : ",mp=" + it.path())));
        return config;
    }

    /**
     * A card of a VM.
     *
     * @param before what Proxmox has; its MAC address and what we do not know stay
     */
    static String vmCard(Nic nic, Map<String, String> before) {
        Map<String, String> card = new LinkedHashMap<>();
        String first = before.keySet().stream().findFirst().orElse("");
        String mac = before.getOrDefault(first, "");
        card.put(nic.model(), mac.contains(":") ? mac : "");
        before.forEach((key, value) -> {
            if (!key.equals(first)) {
                card.put(key, value);
            }
        });
        return text(with(card, nic));
    }

    /** A card of a container. */
    static String ctCard(int index, Nic nic, Map<String, String> before) {
        Map<String, String> card = new LinkedHashMap<>(before);
        card.putIfAbsent("name", "eth" + index);
        if (!nic.ip().isEmpty()) {
            card.put("ip", nic.ip());
            card.remove("gw");
            if (!nic.gateway().isEmpty()) {
                card.put("gw", nic.gateway());
            }
        }
        return text(with(card, nic));
    }

    private static Map<String, String> with(Map<String, String> card, Nic nic) {
        card.put("bridge", nic.bridge());
        card.remove("tag");
        if (nic.vlan() != 0) {
            card.put("tag", Integer.toString(nic.vlan()));
        }
        return card;
    }

    static String address(Nic nic) {
        return "ip=" + nic.ip() + (nic.gateway().isEmpty() ? "" : ",gw=" + nic.gateway());
    }

    private static String text(Map<String, String> parts) {
        return parts.entrySet().stream()
                .map(it ->
                        it.getValue().isEmpty() ? it.getKey() : it.getKey() + "=" + it.getValue())
                .collect(Collectors.joining(","));
    }
}
