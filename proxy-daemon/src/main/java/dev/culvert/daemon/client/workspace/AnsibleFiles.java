package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.DesiredState;
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

/** The same guests for Ansible: an inventory, and playbooks that make agents of VMs. */
public final class AnsibleFiles {
    static final String FOLDER = "infra/ansible/";
    private static final String NODES = "proxmox_nodes";
    private static final String VSOCK = "/etc/modules-load.d/culvert-vsock.conf";

    /* As an executable inventory: Ansible runs it with --list. */
    private static final String SCRIPT = "#!/bin/sh\nexec culvert inventory \"$@\"\n";

    private AnsibleFiles() {}

    /** Files by their paths. */
    static Map<String, String> of(List<Guest> guests) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(FOLDER + "inventory.json", inventory(guests).prettyJson() + "\n");
        files.put(FOLDER + "hosts", SCRIPT);
        files.put(FOLDER + "vsock.json", vsock().prettyJson() + "\n");
        files.put(FOLDER + "agent.json", agent().prettyJson() + "\n");
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

    /* Proxmox refuses args to every API token: qm on the node, as root, sets them. What they have already stays. */
    private static Value vsock() {
        String qm =
                """
                args="$(qm config {{ hostvars[item].culvert_vmid }} | sed -n 's/^args: //p')"
                device='-device vhost-vsock-pci,guest-cid={{ hostvars[item].culvert_cid }}'
                case "$args" in *vhost-vsock-pci*) exit 0 ;; esac
                qm set {{ hostvars[item].culvert_vmid }} --args "${args:+$args }$device"
                echo CHANGED
                """;
        return play(
                "Give VMs a vsock device",
                NODES,
                task(
                        "Load vhost_vsock now",
                        "ansible.builtin.command",
                        Value.members("cmd", "modprobe vhost_vsock"),
                        "changed_when",
                        Value.of(false)),
                task(
                        "Load vhost_vsock at each start",
                        "ansible.builtin.copy",
                        Value.members("content", "vhost_vsock\n", "dest", VSOCK, "mode", "0644")),
                task(
                        "Set the CID of each VM",
                        "ansible.builtin.shell",
                        Value.members("cmd", qm),
                        "loop",
                        Value.of("{{ groups['agents'] | default([]) }}"),
                        "when",
                        Value.of("hostvars[item].culvert_node == inventory_hostname"),
                        "register",
                        Value.of("culvert_set"),
                        "changed_when",
                        Value.of("'CHANGED' in culvert_set.stdout | default('')")));
    }

    private static Value agent() {
        return play(
                "Install the agent and enrol it",
                "agents",
                task(
                        "Install culvert-agent",
                        "ansible.builtin.apt",
                        Value.members("deb", "{{ agent_deb }}"),
                        "when",
                        Value.of("agent_deb is defined")),
                task(
                        "Make a join token",
                        "ansible.builtin.command",
                        Value.members(
                                "cmd", "culvert enroll {{ inventory_hostname }} --output json"),
                        "delegate_to",
                        Value.of("localhost"),
                        "register",
                        Value.of("culvert_enrolment"),
                        "no_log",
                        Value.of(true),
                        "changed_when",
                        Value.of(true),
                        "when",
                        Value.of("join_url is defined")),
                task(
                        "Tell the agent where to join",
                        "ansible.builtin.copy",
                        Value.members(
                                "content",
                                "CULVERT_AGENT_JOIN={{ join_url }}\nCULVERT_AGENT_JOIN_TOKEN={{ (culvert_enrolment.stdout | from_json).token }}\n",
                                "dest",
                                "/etc/culvert/agent.env",
                                "mode",
                                "0600"),
                        "no_log",
                        Value.of(true),
                        "when",
                        Value.of("join_url is defined")),
                task(
                        "Start culvert-agent",
                        "ansible.builtin.systemd_service",
                        Value.members(
                                "name", "culvert-agent", "state", "restarted", "enabled", true)));
    }

    private static Value play(String name, String hosts, Value... tasks) {
        return Value.of(
                List.of(
                        Value.members(
                                "name",
                                name,
                                "hosts",
                                hosts,
                                "become",
                                true,
                                "gather_facts",
                                false,
                                "tasks",
                                Value.of(List.of(tasks)))));
    }

    private static Value task(String name, String module, Value arguments, Object... more) {
        Map<String, Value> task = new LinkedHashMap<>();
        task.put("name", Value.of(name));
        task.put(module, arguments);
        task.putAll(Value.members(more).map());
        return new Value.Members(task);
    }
}
