package dev.culvert.daemon.client.workbench;

import dev.culvert.daemon.client.console.Effect;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The tools, as models are told of them. */
public enum Tool {
    STATUS(
            Effect.READ,
            false,
            "Show how everything is",
            "Shows the daemon, the servers of Proxmox, tools, agents, guests and storage, and the"
                    + " workspace with its mode and the plan that was shown last. Begin with it.",
            """
            {"type":"object","properties":{},"additionalProperties":false}
            """),
    FIND(
            Effect.READ,
            false,
            "List what there is",
            "Lists things of one kind, a line of JSON for each. Narrow it with text, server, node"
                    + " and state.",
            """
            {"type":"object","properties":{
            "what":{"type":"string","enum":["guests","vms","containers","nodes","storages",\
            "servers","tasks","history","agents","turns","flows","runs","changes","approvals",\
            "desired"],"description":"guests are VMs and containers; tasks are those of Proxmox;\
             history is what changed there; flows are files, runs are runs of them; changes are\
             what was done by the daemon; desired are the guests that the workspace wants. Default:\
             guests"},
            "text":{"type":"string","description":"Only what has this text somewhere, in any case"},
            "server":{"type":"string","description":"Only of this server of Proxmox"},
            "node":{"type":"string","description":"Only of this node"},
            "state":{"type":"string","description":"Only in this state, such as running"},
            "limit":{"type":"integer","minimum":1,"maximum":500,"description":"At most so many.\
             Default: 50"}},
            "additionalProperties":false}
            """),
    READ(
            Effect.READ,
            false,
            "Show one thing whole",
            "Shows one thing with all that is known of it: a guest with its configuration and"
                    + " snapshots, a run of a flow with its steps, a change with its log, the"
                    + " desired state of a guest, a plan.",
            """
            {"type":"object","properties":{
            "what":{"type":"string","enum":["vm","container","agent","turn","run","change","task",\
            "approval","desired","plan"]},
            "name":{"type":"string","description":"Its id or name: SERVER/ID, ID or NAME of a guest,\
             the id of a run, the digest of a plan"}},
            "required":["what","name"],"additionalProperties":false}
            """),
    PLAN(
            Effect.LOCAL,
            true,
            "Show what has to change",
            "Compares the desired state of the workspace with what is there, and shows the changes,"
                    + " their order and a digest. It changes nothing but files of the workspace:"
                    + " with 'create' it writes the desired state of new guests first, with 'change'"
                    + " it changes that of others. Guests are wanted by infra/guests/NAME.json; read"
                    + " desired NAME shows one.",
            """
            {"type":"object","properties":{
            "create":{"type":"array","description":"New guests","items":{"type":"object",\
            "properties":{
            "kind":{"type":"string","enum":["vm","ct"],"description":"Default: vm"},
            "name":{"type":"string"},"server":{"type":"string"},"node":{"type":"string"},
            "vmid":{"type":"integer","description":"Default: the least number that is free"},
            "cpus":{"type":"integer"},"memory":{"type":"string","description":"Such as 2GiB"},
            "disks":{"type":"array","items":{"type":"string"},"description":"STORAGE:SIZE each,\
             such as local-lvm:8GiB"},
            "nets":{"type":"array","items":{"type":"string"},"description":"BRIDGE[,KEY=VALUE…]\
             each, such as vmbr0,vlan=10"},
            "clone":{"type":"integer","description":"The number of the guest that it is a clone of"},
            "template":{"type":"string","description":"Of a container: the volume that it is made\
             from"},
            "tags":{"type":"array","items":{"type":"string"}},
            "needs":{"type":"array","items":{"type":"string"},"description":"Names of guests that\
             are there before it"},
            "start":{"type":"boolean"},"on_boot":{"type":"boolean"},
            "agent":{"type":"boolean","description":"Of a VM: it gets a vsock device, and is an\
             agent"}},
            "required":["name"],"additionalProperties":false}},
            "change":{"type":"array","description":"Guests of the workspace, whole, as\
             infra/guests/NAME.json has them","items":{"type":"object"}},
            "forget":{"type":"array","items":{"type":"string"},"description":"Names of guests that\
             are not wanted any more: the plan destroys them"},
            "engine":{"type":"string","enum":["api","terraform","tofu"],"description":"Who plans:\
             the daemon by the API of Proxmox, or that program. Default: api"}},
            "additionalProperties":false}
            """),
    APPLY(
            Effect.DESTROY,
            true,
            "Do what the plan says",
            "Does exactly the plan that 'plan' showed last, after the user has agreed, and tells"
                    + " each step. It refuses another digest, and a plan since which something has"
                    + " changed: plan again then. The same call goes on after it was stopped.",
            """
            {"type":"object","properties":{
            "digest":{"type":"string","description":"That of the plan, or at least its first 12\
             digits"}},
            "required":["digest"],"additionalProperties":false}
            """),
    RUN_FLOW(
            Effect.CHANGE,
            false,
            "Run a flow",
            "Runs a flow of the daemon's folder and answers with the id of its run, or with its end"
                    + " where 'wait' says so. find flows lists the flows, read run ID shows how it"
                    + " goes.",
            """
            {"type":"object","properties":{
            "flow":{"type":"string","description":"Its name"},
            "inputs":{"type":"object","description":"What it is given, by name",\
            "additionalProperties":{"type":["string","number","boolean"]}},
            "wait":{"type":"boolean","description":"Answer when it has ended"}},
            "required":["flow"],"additionalProperties":false}
            """),
    CHECK(
            Effect.READ,
            false,
            "Check whether something is right",
            "desired: whether the desired state has mistakes, each with file, line and column."
                    + " drift: where it and what is there differ. reach: whether the daemon reaches"
                    + " urls, hop by hop. guests: whether guests run and their agents are ready,"
                    + " which the daemon checks by a flow.",
            """
            {"type":"object","properties":{
            "what":{"type":"string","enum":["desired","drift","reach","guests"],"description":\
            "Default: desired, or reach where there are urls"},
            "urls":{"type":"array","items":{"type":"string"},"description":"https://…, http://… or\
             tcp://HOST:PORT; for reach, and for guests to reach as well"},
            "through":{"type":"string","description":"For reach: a proxy, tunnel:NAME or\
             agent:NAME"}},
            "additionalProperties":false}
            """),
    DIAGNOSE(
            Effect.READ,
            false,
            "Find out what is wrong",
            "Looks for what is wrong with the daemon and its machine, or with an agent's machine,"
                    + " and says what to do. Use it when something does not work.",
            """
            {"type":"object","properties":{
            "agent":{"type":"string","description":"The agent. Default: the daemon and this\
             machine"}},
            "additionalProperties":false}
            """),
    REPORT(
            Effect.READ,
            false,
            "Write a report",
            "infrastructure: a page of Markdown with nodes, guests, networks, agents and what"
                    + " differs from the desired state. compliance: built-in and declared checks"
                    + " over inventory, tokens, audit logs and drift, each with its result and what"
                    + " to do.",
            """
            {"type":"object","properties":{
            "what":{"type":"string","enum":["infrastructure","compliance"],"description":"Default:\
             infrastructure in a workspace, compliance outside"}},
            "additionalProperties":false}
            """);

    private final Effect effect;
    private final boolean needsWorkspace;
    private final String title;
    private final String description;
    private final String schema;

    Tool(Effect effect, boolean needsWorkspace, String title, String description, String schema) {
        this.effect = effect;
        this.needsWorkspace = needsWorkspace;
        this.title = title;
        this.description = description;
        this.schema = schema.strip();
    }

    /** The one with this name. */
    public static Optional<Tool> named(String name) {
        return Stream.of(values()).filter(it -> it.label().equals(name)).findAny();
    }

    public static List<String> labels() {
        return Stream.of(values()).map(Tool::label).toList();
    }

    /** What models call. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The least that a call of it does. */
    public Effect effect() {
        return effect;
    }

    public boolean needsWorkspace() {
        return needsWorkspace;
    }

    public String title() {
        return title;
    }

    public String description() {
        return description;
    }

    /** The JSON Schema of its arguments. */
    public String schema() {
        return schema;
    }
}
