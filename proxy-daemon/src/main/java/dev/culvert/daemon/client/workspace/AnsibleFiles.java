package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.DesiredState;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.GuestWriter;
import dev.culvert.infra.Nic;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The same guests for Ansible: an inventory, and playbooks that make agents of VMs. */
public final class AnsibleFiles {
    static final String FOLDER = "infra/ansible/";
    private static final String NODES = "proxmox_nodes";

    /* As an executable inventory: Ansible runs it with --list. */
    private static final String SCRIPT = "#!/bin/sh\nexec culvert inventory \"$@\"\n";

    private AnsibleFiles() {}

    /** Files by their paths. */
    static Map<String, String> of(List<Guest> guests) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(FOLDER + "inventory.json", inventory(guests).prettyJson() + "\n");
        files.put(FOLDER + "hosts", SCRIPT);
        for (String playbook : List.of("vsock.json", "agent.json")) {
            files.put(FOLDER + playbook, playbook(playbook));
        }
        return files;
    }

    /** All guests of a desired state, as an inventory in a file. */
    private static Value inventory(List<Guest> guests) {
        Map<String, Value> groups = new LinkedHashMap<>();
        members(guests)
                .forEach((group, names) -> {
                    Map<String, Value> hosts = new LinkedHashMap<>();
                    names.forEach(name -> hosts.put(name, Value.nothing()));
                    groups.put(group, Value.members("hosts", new Value.Members(hosts)));
                });
        return Value.members(
                "all",
                Value.members(
                        "hosts", new Value.Members(variables(guests)),
                        "children", new Value.Members(groups)));
    }

    /** What {@code --list} of an executable inventory prints. */
    public static Value list(DesiredState desired) {
        List<Guest> guests = desired.guests().stream().map(DesiredState.Written::guest).toList();
        Map<String, List<String>> members = members(guests);
        Map<String, Value> whole = new LinkedHashMap<>();
        whole.put("_meta", Value.members("hostvars", new Value.Members(variables(guests))));
        whole.put(
                "all", Value.members("children", GuestWriter.texts(List.copyOf(members.keySet()))));
        members.forEach((group, names) ->
                whole.put(group, Value.members("hosts", GuestWriter.texts(names))));
        return new Value.Members(whole);
    }

    /** The names of each group. */
    private static Map<String, List<String>> members(List<Guest> guests) {
        Map<String, List<String>> groups = new TreeMap<>();
        for (Guest guest : guests) {
            add(groups, guest.kind() == GuestKind.VM ? "vms" : "cts", guest.name());
            add(groups, "server_" + word(guest.id().server()), guest.name());
            if (guest.wishes().cid().isPresent()) {
                add(groups, "agents", guest.name());
            }
            guest.wishes()
                    .tags()
                    .orElse(List.of())
                    .forEach(tag -> add(groups, "tag_" + word(tag), guest.name()));
            add(groups, NODES, guest.node());
        }
        return groups;
    }

    private static void add(Map<String, List<String>> groups, String group, String name) {
        List<String> names = groups.computeIfAbsent(group, _ -> new ArrayList<>());
        if (!names.contains(name)) {
            names.add(name);
        }
    }

    /** A name of a group has letters, digits and underscores. */
    private static String word(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    private static Map<String, Value> variables(List<Guest> guests) {
        Map<String, Value> hosts = new TreeMap<>();
        for (Guest guest : guests) {
            Map<String, Value> of = new LinkedHashMap<>();
            guest.hardware().network().stream()
                    .map(Nic::ip)
                    .filter(it -> it.contains("/"))
                    .findFirst()
                    .ifPresent(it ->
                            of.put("ansible_host", Value.of(it.substring(0, it.indexOf('/')))));
            of.put("culvert_server", Value.of(guest.id().server()));
            of.put("culvert_vmid", Value.of(guest.id().vmid()));
            guest.wishes().cid().ifPresent(it -> of.put("culvert_cid", Value.of(it)));
            of.put("culvert_node", Value.of(guest.node()));
            hosts.put(guest.name(), new Value.Members(of));
        }
        guests.stream()
                .map(Guest::node)
                .distinct()
                .forEach(node -> hosts.putIfAbsent(node, Value.members("ansible_user", "root")));
        return hosts;
    }

    /**
     * A playbook: Proxmox refuses args to every API token, so qm on the node sets them, as root.
     */
    private static String playbook(String name) {
        try (InputStream in =
                Objects.requireNonNull(AnsibleFiles.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
