package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.daemon.sshtunnels.ScriptedSsh;
import dev.culvert.daemon.webhooks.TestReceiver;
import dev.culvert.io.OwnerOnly;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A daemon with an agent, a turn and a token, on which every verb of {@code culvert} does what it
 * is for.
 */
final class EveryVerb implements Closeable {
    private static final Path AUDIT =
            Path.of("../proxy-core/src/test/resources/dev/culvert/audit/audit.log");
    private static final Pattern HEADING = Pattern.compile("(?m)^### culvert (.+)$");
    private static final String CANCELLED = "{\"code\":\"cancelled\",\"message\":\"as you wish\"}";

    private interface Callback {
        void call() throws Exception;
    }

    private final Path folder;
    private final ScriptedGuest guest =
            ScriptedGuest.announcing(
                    "cancel", "resume", "subjects", "quiesce", "approvals", "tunnel");
    private final ApprovingGuest asking = ApprovingGuest.of(guest);
    private final TestReceiver receiver = new TestReceiver();
    private final FakeProxmox pve =
            FakeProxmox.start(9).node("pve1").vm(101, "web-01").ct(200, "dns").running(101);
    private final String inForce;
    private final ScriptedSsh ssh;
    private final TestDaemon daemon;
    private final List<Callback> running = new ArrayList<>();
    private final Path log;
    private final Path settings;
    private final Path fleet;
    private final Path policy;
    private final Path project;
    private final Path flow;
    private int made;
    private boolean changed;

    EveryVerb(Path folder) throws Exception {
        this.folder = folder;
        guest.on("message", request -> request.done("hello"));
        guest.on(
                "ping",
                request ->
                        request.reply(
                                "pong",
                                request.payload().contains("machine")
                                        ? "{\"machine\":{\"host\":\"a\",\"findings\":[]}}"
                                        : "{}"));
        guest.on("approved", ScriptedGuest.SILENCE);
        guest.on("tunnel", request -> request.reply("tunnelled", "{}"));
        guest.on("", ScriptedGuest.SILENCE); // the end of a tunnel, which is an empty frame
        guest.on("request", request -> request.reply("reply", "{\"data\":\"hi\"}"));
        guest.on(
                "quiesce",
                request ->
                        request.reply(
                                "quiesced",
                                "{\"on\":%b,\"turns\":0}"
                                        .formatted(request.payload().contains("true"))));
        inForce =
                "{\"state_dir\": \"%s\", \"ssh\": {\"programs\": \"%s\"}, \"admin\": {\"listen\": [\"unix://%s\"]}, \"webhooks\": [%s], \"reach\": {\"ports\": [{\"ports\": \"1-65535\"}], \"services\": [{\"to\": [\"127.0.0.1:9\"]}]}, %s, %s}"
                        .formatted(
                                folder.resolve("state"),
                                folder.resolve("ssh"),
                                folder.resolve("admin.sock"),
                                receiver.setting("pager", "")
                                        .replace("SECRET_FILE", secret(folder).toString()),
                                ProxmoxSetting.of("lab", pve, folder, "1m"),
                                TestDaemon.agents(guest));
        ssh = new ScriptedSsh(Files.createDirectory(folder.resolve("ssh")), 1);
        ssh.offers(
                "far.example ssh-ed25519"
                        + " AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk");
        daemon = TestDaemon.start(inForce);
        daemon.awaitState("a", "ready");
        ProxmoxSetting.awaitPoll(daemon);
        log = Files.writeString(folder.resolve("log"), "INFO agent a is ready\n");
        settings = Files.writeString(folder.resolve("a.jsonc"), "{\"log_level\": \"warn\"}");
        policy = Files.writeString(folder.resolve("p.jsonc"), "{\"allowedCommands\": [\"git\"]}");
        project = Files.createDirectory(folder.resolve("project"));
        flow =
                Files.writeString(
                        folder.resolve("pause.jsonc"),
                        """
                        {"name": "pause", "inputs": {"for": {"type": "string", "default": "1ms"}},
                         "steps": {"pause": {"wait": {"for": "${inputs.for}"}}}}
                        """);
        fleet =
                Files.writeString(
                        folder.resolve("fleet.json"),
                        "[{\"id\": \"imported\", \"address\": \"unix:///nowhere/imported\"}]");
        // Instead of a second JVM: that culvertd does what it says is tested elsewhere.
        Path program =
                Files.writeString(
                        folder.resolve("culvertd"), "#!/bin/sh\necho 'a.jsonc: ok, 0 agents'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private static Path secret(Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("hook.secret"), TestReceiver.SECRET);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return secret;
    }

    /** The words of each verb, as the reference in docs/culvert.md has them. */
    static List<String> all() throws IOException {
        return HEADING.matcher(Files.readString(Path.of("docs/culvert.md")))
                .results()
                .map(heading -> heading.group(1))
                .filter(verb -> !verb.equals("flow resume")) // needs a daemon that was killed
                .toList();
    }

    User operator() {
        return new User(folder).with("PATH", folder.toString());
    }

    TestDaemon daemon() {
        return daemon;
    }

    /**
     * A line that does what the verb is for, and succeeds. Where the verb needs something to work
     * on, that is made before.
     */
    List<String> line(String verb) throws Exception {
        changed = true;
        List<String> line = new ArrayList<>(List.of(verb.split(" ", -1)));
        line.addAll(
                switch (verb) {
                    case "agents show", "agents quiesce", "agents unquiesce", "ping", "diagnose" ->
                            List.of("a");
                    case "agents add" -> List.of("b", "--address", "unix:///nowhere/b");
                    case "agents remove", "agents drain" -> List.of(added());
                    case "fleet import" -> List.of(fleet.toString());
                    case "db backup" -> List.of(next() + ".db");
                    case "message", "stream" -> List.of("a", "hi");
                    case "chat" ->
                            List.of(
                                    "a",
                                    "--no-tools",
                                    "--project",
                                    folder.toString(),
                                    "--message",
                                    "hi");
                    case "preview create" -> List.of("a", "80");
                    case "preview revoke" -> List.of(preview());
                    case "forward" -> List.of("a", "0:80");
                    case "reverse" -> List.of("a", "80:127.0.0.1:9");
                    case "config-ssh" -> List.of("--dry-run");
                    case "init" -> List.of(folder.resolve(next()).toString(), "--yes", "--no-git");
                    case "create vm" -> created("--disk", "local:8GiB");
                    case "create ct" -> created("--clone", "9000");
                    case "validate" -> List.of("--offline", "--project", workspace());
                    case "test" ->
                            List.of(
                                    "--project",
                                    workspace(),
                                    "--reach",
                                    "tcp://127.0.0.1:" + daemon.port());
                    case "plan", "diff", "document", "sync" -> List.of("--project", workspace());
                    case "destroy" -> {
                        String made = workspace();
                        String name = Path.of(made).getFileName().toString();
                        yield List.of("--project", made, "--yes", "--name", name);
                    }
                    case "apply" -> {
                        String made = workspace();
                        String digest = ok("plan", "--project", made, "-o", "name").out().strip();
                        yield List.of(digest, "--project", made);
                    }
                    case "publish" -> List.of("build.done", "{\"ok\":true}");
                    case "request" -> List.of("a", "test.echo", "hi");
                    case "subscribe" -> List.of("build.*");
                    case "turns watch" -> {
                        turn();
                        yield List.of("--interval", "10ms");
                    }
                    case "turns show", "turns cancel" -> List.of(turn());
                    case "approvals watch" -> {
                        if (ok("approvals", "-o", "name").out().isEmpty()) {
                            approval();
                        }
                        yield List.of("--agent", "a");
                    }
                    case "approvals show", "approvals allow", "approvals deny" ->
                            List.of(approval());
                    case "flow run" -> List.of(flow.toString());
                    case "flow graph", "flow validate" -> List.of(flow.toString());
                    case "flow show" -> List.of(flowRun(true));
                    case "flow why" -> List.of(flowRun(true), "pause");
                    case "flow cancel" -> List.of(flowRun(false));
                    case "reach setup", "reach health" ->
                            List.of("http://127.0.0.1:" + daemon.port() + "/livez");
                    case "check" -> List.of("http://127.0.0.1:" + daemon.port() + "/livez");
                    case "webhooks test", "webhooks deliveries" -> List.of("pager");
                    case "hosts show" -> List.of(ok("hosts", "-o", "name").out().strip());
                    case "top" -> List.of("--once");
                    case "audit" -> List.of("verify", AUDIT.toString());
                    case "audit verify" -> List.of(AUDIT.toString());
                    case "logs" -> List.of("--file", log.toString());
                    case "report" -> List.of("compliance", "--checks", compliance().toString());
                    case "report compliance" -> List.of("--checks", compliance().toString());
                    case "bugreport", "report issue" -> List.of("--preview");
                    case "config validate" -> List.of(settings.toString());
                    case "policy test" -> List.of(policy.toString());
                    case "policy explain" -> List.of(policy.toString(), "git push");
                    case "policy trust" -> List.of("--yes", project.toString());
                    case "setup" -> List.of("--yes", "--name", next());
                    case "token create" -> List.of("--name", next(), "--role", "admin");
                    case "token rotate", "token revoke" -> List.of(token());
                    case "enroll", "keys generate" -> List.of(next());
                    case "keys show", "keys rotate", "keys rm" -> List.of(key());
                    case "vm show" -> List.of("web-01");
                    case "ct show" -> List.of("lab/200");
                    case "vm start",
                            "vm shutdown",
                            "vm stop",
                            "vm reboot",
                            "vm suspend",
                            "vm resume" ->
                            List.of("web-01", "--dry-run");
                    case "vm snapshot", "vm backup", "vm destroy" -> List.of("web-01", "--dry-run");
                    case "vm rollback", "vm delsnapshot" -> List.of("web-01", "s1", "--dry-run");
                    case "vm restore" -> List.of("web-01", "local:backup/x", "--dry-run");
                    case "vm migrate", "ct migrate" ->
                            List.of("--all", "--to", "pve2", "--dry-run");
                    case "vm clone" -> List.of("web-01", "web-02", "--dry-run");
                    case "vm resize" -> List.of("web-01", "scsi0", "+1G", "--dry-run");
                    case "vm set" -> List.of("web-01", "memory=1024", "--dry-run");
                    case "vm create" -> List.of("web-03", "--dry-run");
                    case "vm adopt" -> List.of("web-01", "--dry-run");
                    case "ct start",
                            "ct shutdown",
                            "ct stop",
                            "ct reboot",
                            "ct suspend",
                            "ct resume" ->
                            List.of("dns", "--dry-run");
                    case "ct snapshot", "ct backup", "ct destroy" -> List.of("dns", "--dry-run");
                    case "ct rollback", "ct delsnapshot" -> List.of("dns", "s1", "--dry-run");
                    case "ct restore" -> List.of("dns", "local:backup/x", "--dry-run");
                    case "ct clone" -> List.of("dns", "dns-2", "--dry-run");
                    case "ct resize" -> List.of("dns", "rootfs", "+1G", "--dry-run");
                    case "ct set" -> List.of("dns", "memory=1024");
                    case "ct create" ->
                            List.of("dns-3", "--template", "local:vztmpl/x", "--dry-run");
                    case "inventory content" -> List.of("local");
                    case "infra put", "infra validate" -> List.of(next(), stateFile().toString());
                    case "infra show", "infra plan", "infra rm" -> List.of(infra());
                    case "infra apply" -> plannedInfra();
                    case "task show" -> List.of(task());
                    case "tunnel add" -> tunnel();
                    case "tunnel status", "tunnel stop", "tunnel rm" -> List.of(addedTunnel());
                    case "tunnel start", "tunnel restart", "tunnel test" -> List.of(tunnelUp());
                    case "tunnel trust" ->
                            List.of(
                                    addedTunnel(),
                                    "--fingerprint",
                                    "SHA256:KKXJDGeb3kG62iOISSTNEyoIAwl5CSMYcIjPbDNeCqY");
                    case "keys certify" -> List.of("signed", certificate().toString());
                    case "enrollments delete" -> List.of(enrolment());
                    case "agents rotate", "agents revoke" -> List.of(joined());
                    case "context use" -> List.of(context());
                    case "context add" -> List.of(next(), "--url", "http://127.0.0.1:1");
                    case "mcp mode" -> List.of("plan", "--project", workspace());
                    case "mcp install" -> List.of("--client", "codex", "--dry-run");
                    case "exec" -> List.of("/status");
                    case "completion" -> List.of("bash");
                    default -> List.of();
                });
        return line;
    }

    /** A new one without guests. */
    private String workspace() {
        String made = folder.resolve(next()).toString();
        ok("init", made, "--yes", "--no-git");
        return made;
    }

    private List<String> created(String... more) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "--name",
                                "a",
                                "--server",
                                "lab",
                                "--node",
                                "pve1",
                                "--vmid",
                                "101"));
        line.addAll(List.of("--project", workspace()));
        line.addAll(List.of(more));
        return line;
    }

    private String approval() throws Exception {
        String id = asking.newId();
        asking.ask(id);
        Eventually.await(
                () -> assertThat(ok("approvals", "list", "-o", "name").out()).contains(id));
        return id;
    }

    /** The id of a run of a flow, which has ended or goes on. */
    private String flowRun(boolean hasEnded) {
        String time = hasEnded ? "1ms" : "1h";
        String id =
                ok("flow", "run", flow.toString(), "--input", "for=" + time, "-o", "name")
                        .out()
                        .strip();
        if (hasEnded) {
            Eventually.await(() ->
                    assertThat(ok("flow", "show", id, "-o", "json").out()).contains("\"done\""));
        }
        return id;
    }

    /** A task of Proxmox. */
    private String task() {
        String out =
                ok("vm", "set", "web-01", "description=" + next(), "--no-wait", "-o", "jsonl")
                        .out();
        return out.replaceAll("(?s).*\"upid\":\"([^\"]+).*", "lab/$1");
    }

    private List<String> tunnel() {
        String name = next();
        running.add(() -> operator().run("tunnel", "rm", name));
        return List.of(name, "me@far.example", "--to", "db:5432");
    }

    private String addedTunnel() {
        return added(List.of("--no-start"));
    }

    private String tunnelUp() {
        String name = added(List.of("--probe", "none"));
        ok("tunnel", "start", name);
        return name;
    }

    private String added(List<String> more) {
        List<String> line = new ArrayList<>(List.of("tunnel", "add"));
        line.addAll(tunnel());
        line.addAll(more);
        ok(line.toArray(String[]::new));
        return line.get(2);
    }

    private String key() {
        String name = next();
        ok("keys", "generate", name);
        return name;
    }

    /** For a key whose certificate the test has: its private part is not needed. */
    private Path certificate() throws IOException {
        Path keys = folder.resolve("state/keys");
        OwnerOnly.createDirectories(keys);
        Path given = Path.of("src/test/resources/dev/culvert/daemon/sshkeys");
        Files.writeString(keys.resolve("signed"), "");
        Files.copy(
                given.resolve("signed.pub"),
                keys.resolve("signed.pub"),
                StandardCopyOption.REPLACE_EXISTING);
        return given.resolve("signed-cert.pub");
    }

    /** Declared checks, without those of tokens, of which others make some that never end. */
    private Path compliance() throws IOException {
        return Files.writeString(
                folder.resolve("compliance.json"),
                """
                {"skip": [{"check": "tokens.expire", "why": "a test makes some"},
                          {"check": "tokens.admin", "why": "a test makes some"}]}
                """);
    }

    private String preview() {
        return ok("preview", "create", "a", "80", "-o", "name").out().strip();
    }

    private String enrolment() throws Exception {
        return field("id", next());
    }

    /** Of a new enrolment. */
    private String field(String member, String name) {
        return ok("enroll", name, "-o", "json")
                .out()
                .replaceAll("(?s).*\"" + member + "\": ?\"([^\"]+).*", "$1");
    }

    /** An agent that has dialled in. */
    private String joined() throws Exception {
        String name = next();
        JoinedGuest joined = JoinedGuest.joining(daemon, name, folder, field("token", name));
        running.add(joined::close);
        Eventually.await(
                () -> assertThat(ok("agents", "show", name, "-o", "json").out()).contains("ready"));
        return name;
    }

    /** Something that the verb "subscribe" prints, if it runs. */
    void publish() {
        operator().run("publish", "build.done", "1");
    }

    /** Messages and reloads fail. */
    void fail() {
        changed = true;
        guest.on("message", request -> request.error("runtime_error", "the runtime is away"));
        daemon.write("{\"nonsense\": 1}");
    }

    /** The id of a turn that runs until it is cancelled, or until all is restored. */
    private String turn() throws Exception {
        guest.hold("message");
        Thread client = Thread.ofVirtual().start(() -> operator().run("stream", "a", "hi"));
        ScriptedGuest.Request message = guest.take();
        message.chunk(1, "once");
        guest.on("cancel", _ -> message.numbered(2, "error", CANCELLED));
        running.add(() -> {
            message.done(2, "");
            client.join();
        });
        return ok("turns", "-o", "name").out().lines().findFirst().orElseThrow();
    }

    /** Undoes what a verb did to others, if any had a line. */
    void restore() throws Exception {
        if (!changed) {
            return;
        }
        changed = false;
        guest.on("message", request -> request.done("hello"));
        for (Callback each : running) {
            each.call();
        }
        daemon.write(inForce);
        running.clear();
        Files.deleteIfExists(folder.resolve("contexts.jsonc"));
        ok("drain", "--end");
        ok("agents", "unquiesce", "a");
    }

    /** A desired state of nothing. */
    private Path stateFile() throws IOException {
        return Files.writeString(folder.resolve("state.jsonc"), "{\"guests\": []}");
    }

    private String infra() throws IOException {
        String name = next();
        ok("infra", "put", name, stateFile().toString());
        return name;
    }

    private List<String> plannedInfra() throws IOException {
        String name = infra();
        return List.of(name, ok("infra", "plan", name, "-o", "name").out().strip());
    }

    private String next() {
        made++;
        return "n" + made;
    }

    private String added() {
        String name = next();
        ok("agents", "add", name, "--address", "unix:///nowhere/" + name);
        return name;
    }

    private String token() throws IOException {
        return Value.parse(
                        ok("token", "create", "--name", next(), "--role", "admin", "-o", "json")
                                .out())
                .text("id");
    }

    private String context() {
        String name = next();
        ok("context", "add", name, "--url", "unix://" + folder.resolve("admin.sock"));
        return name;
    }

    private CommandRun ok(String... words) {
        CommandRun run = operator().run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.err()).isZero();
        return run;
    }

    @Override
    public void close() throws IOException {
        daemon.close();
        ssh.close();
        guest.close();
        receiver.close();
        pve.close();
    }
}
