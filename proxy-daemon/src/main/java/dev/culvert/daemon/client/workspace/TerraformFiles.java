package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.Disk;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.GuestWriter;
import dev.culvert.infra.Nic;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same guests for Terraform, in its JSON syntax and for the provider bpg/proxmox: resources
 * with few attributes, and blocks that import what is there.
 */
final class TerraformFiles {
    static final String FOLDER = "infra/terraform/";

    /** The version of the provider whose schema the resources were checked against. */
    static final String PROVIDER = "0.111.1";

    private static final String VM = "proxmox_virtual_environment_vm";
    private static final String CT = "proxmox_virtual_environment_container";
    private static final String LIFECYCLE = "lifecycle";
    private static final String IGNORE = "ignore_changes";

    private TerraformFiles() {}

    /** Files by their paths. */
    static Map<String, String> of(List<Guest> guests) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(FOLDER + "providers.tf.json", providers(guests).prettyJson() + "\n");
        files.put(FOLDER + "guests.tf.json", guests(guests).prettyJson() + "\n");
        return files;
    }

    private static Value providers(List<Guest> guests) {
        Map<String, Value> variables = new TreeMap<>();
        List<Value> providers = new ArrayList<>();
        guests.stream()
                .map(it -> it.id().server())
                .distinct()
                .sorted()
                .forEach(server -> {
                    String name = word(server);
                    variables.put(
                            name + "_endpoint",
                            Value.members(
                                    "type",
                                    "string",
                                    "description",
                                    "The URL of " + server + ", such as https://pve1:8006/."));
                    variables.put(
                            name + "_api_token",
                            Value.members(
                                    "type",
                                    "string",
                                    "sensitive",
                                    true,
                                    "description",
                                    "USER@REALM!ID=SECRET"));
                    providers.add(
                            Value.members(
                                    "alias",
                                    name,
                                    "endpoint",
                                    "${var." + name + "_endpoint}",
                                    "api_token",
                                    "${var." + name + "_api_token}"));
                });
        Value required =
                Value.members(
                        "required_providers",
                        Value.members(
                                "proxmox",
                                Value.members("source", "bpg/proxmox", "version", PROVIDER)));
        return Value.members(
                "terraform",
                required,
                "variable",
                new Value.Members(variables),
                "provider",
                Value.members("proxmox", Value.of(providers)));
    }

    private static Value guests(List<Guest> guests) {
        Map<String, Value> vms = new TreeMap<>();
        Map<String, Value> cts = new TreeMap<>();
        List<Value> imports = new ArrayList<>();
        for (Guest guest : guests) {
            boolean isVm = guest.kind() == GuestKind.VM;
            String name = word(guest.name());
            (isVm ? vms : cts).put(name, isVm ? vm(guest) : ct(guest));
            imports.add(
                    Value.members(
                            "to",
                            (isVm ? VM : CT) + "." + name,
                            "id",
                            guest.node() + "/" + guest.id().vmid()));
        }
        Map<String, Value> resources = new LinkedHashMap<>();
        if (!vms.isEmpty()) {
            resources.put(VM, new Value.Members(vms));
        }
        if (!cts.isEmpty()) {
            resources.put(CT, new Value.Members(cts));
        }
        return Value.members(
                "//",
                "Written by culvert sync from infra/guests/: changes are overwritten.",
                "resource",
                new Value.Members(resources),
                "import",
                Value.of(imports));
    }

    /** A name of Terraform: no dots, and no digit first. */
    static String word(String name) {
        String word = name.replaceAll("[^A-Za-z0-9_-]", "_");
        return Character.isDigit(word.charAt(0)) ? "_" + word : word;
    }

    /** A text of Proxmox's, which Terraform would take for a template. */
    private static String literal(String text) {
        return text.replace("${", "$${").replace("%{", "%%{");
    }

    private static Map<String, Value> common(Guest guest) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("provider", Value.of("proxmox." + word(guest.id().server())));
        members.put("node_name", Value.of(guest.node()));
        members.put("vm_id", Value.of(guest.id().vmid()));
        guest.wishes()
                .tags()
                .ifPresent(it ->
                        members.put("tags", GuestWriter.texts(it.stream().sorted().toList())));
        guest.wishes().start().ifPresent(it -> members.put("started", Value.of(it)));
        guest.hardware().cpus().ifPresent(it -> members.put("cpu", Value.members("cores", it)));
        guest.hardware()
                .memoryMib()
                .ifPresent(it -> members.put("memory", Value.members("dedicated", it)));
        return members;
    }

    private static Value vm(Guest guest) {
        Map<String, Value> members = common(guest);
        members.put("name", Value.of(guest.name()));
        guest.wishes().onBoot().ifPresent(it -> members.put("on_boot", Value.of(it)));
        List<Disk> disks = guest.hardware().disks();
        List<Nic> nics = guest.hardware().network();
        if (!disks.isEmpty()) {
            members.put(
                    "disk",
                    Value.of(
                            disks.stream()
                                    .map(it ->
                                            Value.members(
                                                    "interface",
                                                    it.slot(),
                                                    "datastore_id",
                                                    it.storage(),
                                                    "size",
                                                    it.gib()))
                                    .toList()));
        }
        if (!nics.isEmpty()) {
            members.put(
                    "network_device",
                    Value.of(
                            nics.stream()
                                    .map(it -> {
                                        Map<String, Value> card = new LinkedHashMap<>();
                                        card.put("bridge", Value.of(it.bridge()));
                                        card.put("model", Value.of(it.model()));
                                        if (it.vlan() != 0) {
                                            card.put("vlan_id", Value.of(it.vlan()));
                                        }
                                        return new Value.Members(card);
                                    })
                                    .toList()));
        }
        // Proxmox gives each card an address, and root alone sets arguments (the vsock device)
        List<String> rewritten = new ArrayList<>(List.of("initialization", "kvm_arguments"));
        for (int i = 0; i < nics.size(); i++) {
            rewritten.add("network_device[" + i + "].mac_address");
        }
        for (int i = 0; i < disks.size(); i++) {
            rewritten.add("disk[" + i + "].file_format");
        }
        members.put(LIFECYCLE, Value.members(IGNORE, GuestWriter.texts(rewritten)));
        return new Value.Members(members);
    }

    private static Value ct(Guest guest) {
        Map<String, Value> members = common(guest);
        guest.wishes().onBoot().ifPresent(it -> members.put("start_on_boot", Value.of(it)));
        members.put("initialization", Value.members("hostname", guest.name()));
        List<Nic> nics = guest.hardware().network();
        guest.hardware().disks().stream()
                .filter(it -> it.slot().equals("rootfs"))
                .findFirst()
                .ifPresent(it ->
                        members.put(
                                "disk",
                                Value.members("datastore_id", it.storage(), "size", it.gib())));
        List<Value> mounts =
                guest.hardware().disks().stream()
                        .filter(it -> !it.slot().equals("rootfs"))
                        .<Value>map(it ->
                                Value.members(
                                        "path",
                                        literal(it.path()),
                                        "volume",
                                        it.storage(),
                                        "size",
                                        it.gib() + "G"))
                        .toList();
        if (!mounts.isEmpty()) {
            members.put("mount_point", Value.of(mounts));
        }
        if (!nics.isEmpty()) {
            List<Value> cards = new ArrayList<>();
            for (int i = 0; i < nics.size(); i++) {
                Map<String, Value> card = new LinkedHashMap<>();
                card.put("name", Value.of("eth" + i));
                card.put("bridge", Value.of(nics.get(i).bridge()));
                if (nics.get(i).vlan() != 0) {
                    card.put("vlan_id", Value.of(nics.get(i).vlan()));
                }
                cards.add(new Value.Members(card));
            }
            members.put("network_interface", Value.of(cards));
        }
        List<String> rewritten =
                new ArrayList<>(List.of("initialization", "operating_system", "mount_point"));
        for (int i = 0; i < nics.size(); i++) {
            rewritten.add("network_interface[" + i + "].mac_address");
        }
        members.put(LIFECYCLE, Value.members(IGNORE, GuestWriter.texts(rewritten)));
        return new Value.Members(members);
    }
}
