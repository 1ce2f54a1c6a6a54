package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.value.Value;
import dev.culvert.testing.Eventually;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            ScriptedGuest.announcing("cancel", "resume", "subjects", "quiesce");
    private final String inForce;
    private final TestDaemon daemon;
    private final List<Callback> running = new ArrayList<>();
    private final Path log;
    private final Path settings;
    private final Path fleet;
    private final Path policy;
    private int made;

    EveryVerb(Path folder) throws Exception {
        this.folder = folder;
        guest.on("message", request -> request.done("hello"));
        guest.on("request", request -> request.reply("reply", "{\"data\":\"hi\"}"));
        guest.on(
                "quiesce",
                request ->
                        request.reply(
                                "quiesced",
                                "{\"on\":%b,\"turns\":0}"
                                        .formatted(request.payload().contains("true"))));
        inForce =
                "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                        .formatted(
                                folder.resolve("state"),
                                folder.resolve("admin.sock"),
                                TestDaemon.agents(guest));
        daemon = TestDaemon.start(inForce);
        daemon.awaitState("a", "ready");
        log = Files.writeString(folder.resolve("log"), "INFO agent a is ready\n");
        settings = Files.writeString(folder.resolve("a.jsonc"), "{\"log_level\": \"warn\"}");
        policy = Files.writeString(folder.resolve("p.jsonc"), "{\"allowedCommands\": [\"git\"]}");
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

    /** The words of each verb, as the reference in docs/culvert.md has them. */
    static List<String> all() throws IOException {
        return HEADING.matcher(Files.readString(Path.of("docs/culvert.md")))
                .results()
                .map(heading -> heading.group(1))
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
        List<String> line = new ArrayList<>(List.of(verb.split(" ")));
        line.addAll(
                switch (verb) {
                    case "agents show", "agents quiesce", "agents unquiesce", "ping" ->
                            List.of("a");
                    case "agents add" -> List.of("b", "--address", "unix:///nowhere/b");
                    case "agents remove", "agents drain" -> List.of(added());
                    case "fleet import" -> List.of(fleet.toString());
                    case "db backup" -> List.of(next() + ".db");
                    case "message", "stream" -> List.of("a", "hi");
                    case "publish" -> List.of("build.done", "{\"ok\":true}");
                    case "request" -> List.of("a", "test.echo", "hi");
                    case "subscribe" -> List.of("build.*");
                    case "turns watch" -> {
                        turn();
                        yield List.of("--interval", "10ms");
                    }
                    case "turns show", "turns cancel" -> List.of(turn());
                    case "top" -> List.of("--once");
                    case "audit" -> List.of("verify", AUDIT.toString());
                    case "audit verify" -> List.of(AUDIT.toString());
                    case "logs" -> List.of("--file", log.toString());
                    case "bugreport" -> List.of("--preview");
                    case "config validate" -> List.of(settings.toString());
                    case "policy test" -> List.of(policy.toString());
                    case "policy explain" -> List.of(policy.toString(), "git push");
                    case "token create" -> List.of("--name", next(), "--role", "admin");
                    case "token rotate", "token revoke" -> List.of(token());
                    case "enroll" -> List.of(next());
                    case "enrollments delete" -> List.of(enrolment());
                    case "agents rotate", "agents revoke" -> List.of(joined());
                    case "context use" -> List.of(context());
                    case "context add" -> List.of(next(), "--url", "http://127.0.0.1:1");
                    case "mcp install" -> List.of("--client", "codex", "--dry-run");
                    case "completion" -> List.of("bash");
                    default -> List.of();
                });
        return line;
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

    /** Undoes what a verb did to others. */
    void restore() throws Exception {
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
        guest.close();
    }
}
