package dev.culvert.daemon.client.compliance;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.compliance.Lists.Kind;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.BadStateException;
import dev.culvert.infra.Validation;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The checks that need no declaration. */
final class BuiltIn {
    /** Says for each thing why it is not as it has to be. */
    interface Look {
        List<String> why() throws IOException;
    }

    /**
     * A check.
     *
     * @param isOfProxmox whether it says nothing where no server of Proxmox is set
     */
    record Check(String name, String says, boolean isOfProxmox, String advice, Look look) {}

    static final List<String> NAMES =
            List.of(
                    "servers.answer",
                    "servers.quorate",
                    "guests.cids",
                    "guests.agents",
                    "storages.room",
                    "agents.drift",
                    "tokens.expire",
                    "tokens.rotated",
                    "tokens.admin",
                    "audit.daemon",
                    "workspace.valid",
                    "workspace.drift");

    private final Lists lists;
    private final ComplianceFile.Limits limits;
    private final Optional<ComplianceFile.Audit> daemonAudit;
    private final Optional<Workspace> workspace;
    private final Instant now;

    BuiltIn(Lists lists, ComplianceFile file, Optional<Workspace> workspace, Instant now) {
        this.lists = lists;
        limits = file.limits();
        daemonAudit = file.audit().stream().filter(it -> it.file().isEmpty()).findFirst();
        this.workspace = workspace;
        this.now = now;
    }

    /** In the order in which they are told. */
    List<Check> all() {
        List<Check> all = new ArrayList<>();
        all.add(
                new Check(
                        "servers.answer",
                        "every server of Proxmox answers",
                        true,
                        "culvert inventory servers, culvert doctor",
                        () -> each(Kind.SERVERS, "state", "ok", "state")));
        all.add(
                new Check(
                        "servers.quorate",
                        "every cluster has a quorum",
                        true,
                        "look at the cluster's nodes: culvert inventory nodes",
                        () -> each(Kind.SERVERS, "quorate", "true", "quorate")));
        all.add(
                new Check(
                        "guests.cids",
                        "no two guests of a node have one CID",
                        true,
                        "give one of them another CID: culvert vm adopt",
                        this::doubles));
        all.add(
                new Check(
                        "guests.agents",
                        "every running guest with an agent has it ready",
                        true,
                        "culvert diagnose AGENT, culvert ping AGENT",
                        this::agents));
        all.add(
                new Check(
                        "storages.room",
                        "no storage is fuller than %d %%".formatted(limits.storagePercent()),
                        true,
                        "make room, or move disks: culvert inventory content STORAGE",
                        this::storages));
        all.add(
                new Check(
                        "agents.drift",
                        "every agent has the configuration that it should have",
                        false,
                        "culvert agents show AGENT",
                        this::agentDrift));
        all.add(
                new Check(
                        "tokens.expire",
                        "every token has an end",
                        false,
                        "make one with --expires, and revoke this one: culvert token create",
                        () ->
                                tokens().stream()
                                        .filter(it -> it.text("expires").isEmpty())
                                        .map(it -> Lists.name(it) + " has no end")
                                        .toList()));
        all.add(
                new Check(
                        "tokens.rotated",
                        "no token is older than %d days".formatted(limits.tokenDays()),
                        false,
                        "culvert token rotate ID",
                        this::oldTokens));
        all.add(
                new Check(
                        "tokens.admin",
                        "every token with the scope admin ends within %d days"
                                .formatted(limits.adminTokenDays()),
                        false,
                        "make one with a shorter --expires: culvert token create",
                        this::adminTokens));
        all.add(
                new Check(
                        "audit.daemon",
                        "nobody has changed the daemon's audit log",
                        false,
                        "keep the log as it is, and look at it: culvert audit verify FILE",
                        this::audit));
        workspace.ifPresent(it -> {
            all.add(
                    new Check(
                            "workspace.valid",
                            "the desired state of the workspace is valid",
                            false,
                            "culvert validate",
                            () -> mistakes(it)));
            all.add(
                    new Check(
                            "workspace.drift",
                            "what is there is what the workspace wants",
                            false,
                            "culvert diff, then culvert plan and culvert apply",
                            () -> drift(it)));
        });
        return all;
    }

    private List<String> each(Kind kind, String member, String wanted, String shown)
            throws IOException {
        return lists.all(kind).stream()
                .filter(it -> !it.text(member).isEmpty() && !it.text(member).equals(wanted))
                .map(it ->
                        "%s: %s is %s%s"
                                .formatted(
                                        Lists.name(it),
                                        shown,
                                        Quoted.word(it.text(member)),
                                        it.text("error").isEmpty()
                                                ? ""
                                                : ", " + Quoted.sentence(it.text("error"))))
                .toList();
    }

    private List<String> doubles() throws IOException {
        Map<String, List<String>> byCid = new LinkedHashMap<>();
        for (Value guest : lists.all(Kind.GUESTS)) {
            if (!guest.text("cid").isEmpty()) {
                byCid.computeIfAbsent(
                                "CID %s on %s/%s"
                                        .formatted(
                                                guest.text("cid"),
                                                guest.text("server"),
                                                guest.text("node")),
                                _ -> new ArrayList<>())
                        .add(Lists.name(guest));
            }
        }
        return byCid.entrySet().stream()
                .filter(it -> it.getValue().size() > 1)
                .map(it -> Quoted.word(it.getKey()) + ": " + String.join(", ", it.getValue()))
                .toList();
    }

    private List<String> agents() throws IOException {
        return lists.all(Kind.GUESTS).stream()
                .filter(it -> it.text("state").equals("running"))
                .filter(it -> !it.text("agent").isEmpty())
                .filter(it -> !it.text("agent_state").equals("ready"))
                .map(it -> Lists.name(it) + ": the agent is " + Quoted.word(it.text("agent_state")))
                .toList();
    }

    private List<String> storages() throws IOException {
        List<String> full = new ArrayList<>();
        for (Value storage : lists.all(Kind.STORAGES)) {
            long size = storage.number(0, "size");
            long percent = size == 0 ? 0 : Math.round(100.0 * storage.number(0, "used") / size);
            if (percent > limits.storagePercent()) {
                full.add(
                        "%s/%s: %s is %d %% full"
                                .formatted(
                                        Quoted.word(storage.text("server")),
                                        Quoted.word(storage.text("node")),
                                        Quoted.word(storage.text("name")),
                                        percent));
            }
        }
        return full;
    }

    private List<String> agentDrift() throws IOException {
        return lists.all(Kind.AGENTS).stream()
                .filter(it -> it.text("state").equals("ready"))
                .filter(it -> it.number(0, "applied_revision") < it.number(0, "desired_revision"))
                .map(it ->
                        "%s has revision %s, and should have %s"
                                .formatted(
                                        Lists.name(it),
                                        it.text("applied_revision"),
                                        it.text("desired_revision")))
                .toList();
    }

    /** Those that let somebody in. */
    private List<Value> tokens() throws IOException {
        return lists.all(Kind.TOKENS).stream()
                .filter(it -> it.text("state").equals("valid"))
                .toList();
    }

    private List<String> oldTokens() throws IOException {
        return tokens().stream()
                .filter(it -> days(it.text("created"), now) > limits.tokenDays())
                .map(it ->
                        "%s is %d days old"
                                .formatted(Lists.name(it), days(it.text("created"), now)))
                .toList();
    }

    private List<String> adminTokens() throws IOException {
        return tokens().stream()
                .filter(it -> isAdmin(it))
                .filter(it ->
                        it.text("expires").isEmpty()
                                || -days(it.text("expires"), now) > limits.adminTokenDays())
                .map(it ->
                        Lists.name(it)
                                + (it.text("expires").isEmpty()
                                        ? " has no end"
                                        : " ends on " + it.text("expires")))
                .toList();
    }

    private static boolean isAdmin(Value token) {
        return token.at("scopes").list().stream().anyMatch(it -> it.text().equals("admin"))
                || token.at("roles").list().stream().anyMatch(it -> it.text().equals("admin"));
    }

    /** How many whole days ago; negative if it is to come. */
    private static long days(String time, Instant now) {
        try {
            return Duration.between(Instant.parse(time), now).toDays();
        } catch (DateTimeParseException _) {
            return 0;
        }
    }

    private List<String> audit() throws IOException {
        String head =
                daemonAudit.flatMap(ComplianceFile.Audit::head).map(it -> "?head=" + it).orElse("");
        Value verdict = lists.get("admin/audit" + head);
        return switch (verdict.text("status")) {
            case "ok", "none" -> List.of();
            default ->
                    List.of(
                            "line %s: %s"
                                    .formatted(
                                            verdict.text("line"),
                                            Quoted.sentence(verdict.text("problem"))));
        };
    }

    private List<String> mistakes(Workspace of) throws IOException {
        try {
            return Validation.mistakes(of.desired(), of.managed(), new AskedReality(lists.api()));
        } catch (BadStateException e) {
            return e.mistakes();
        }
    }

    private List<String> drift(Workspace of) throws IOException {
        try {
            return of.plan(new AskedReality(lists.api())).value().at("changes").list().stream()
                    .map(it ->
                            "%s (%s): %s"
                                    .formatted(
                                            Quoted.word(it.text("name")),
                                            Quoted.word(it.text("id")),
                                            Quoted.word(it.text("action"))))
                    .toList();
        } catch (BadStateException e) {
            throw new UsageException("its desired state is wrong, so nothing can be compared");
        }
    }
}
