package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert mcp} in a workspace, with a daemon and a Proxmox. */
@Timeout(120)
class McpWorkspaceTest {
    private static final String META = "io.modelcontextprotocol/";

    @TempDir private Path folder;
    private FakeProxmox pve;
    private TestDaemon daemon;
    private User user;
    private Path root;

    @BeforeEach
    void start() throws Exception {
        pve = FakeProxmox.start(9).node("pve1").vm(101, "debian");
        daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                                .formatted(
                                        folder.resolve("state"),
                                        folder.resolve("admin.sock"),
                                        ProxmoxSetting.of("lab", pve, folder)));
        user = new User(folder).with("HOME", folder.toString()).with("CULVERT_URL", url());
        Eventually.await(
                () -> assertThat(user.run("vm", "list", "-o", "name").out()).contains("lab/101"));
        root = folder.resolve("lab");
        CommandRun init = user.run("init", root.toString(), "--yes", "--node", "pve1", "--no-git");
        assertThat(init.code()).as(init.err()).isZero();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
        pve.close();
    }

    private String url() {
        return "unix://" + folder.resolve("admin.sock");
    }

    private McpProgram program() throws IOException {
        return McpProgram.in(root, url(), Map.of("HOME", folder.toString()));
    }

    private void mode(String mode) {
        CommandRun run = user.run("mcp", "mode", mode, "--project", root.toString());
        assertThat(run.code()).as(run.err()).isZero();
    }

    /** Params of the newest revision, of a client with forms. */
    private static Value modern(Object... members) {
        Map<String, Value> params = new LinkedHashMap<>(Value.members(members).map());
        params.put(
                "_meta",
                Value.members(
                        META + "protocolVersion",
                        "2026-07-28",
                        META + "clientCapabilities",
                        Value.members("elicitation", Value.members()),
                        "progressToken",
                        7));
        return new Value.Members(params);
    }

    private static Value call(McpProgram program, String tool, Object... arguments)
            throws IOException {
        Value answer =
                program.ask(
                        "tools/call", modern("name", tool, "arguments", Value.members(arguments)));
        assertThat(answer.at("error").isNothing()).as(answer.json()).isTrue();
        return answer.at("result");
    }

    private static String text(Value result) {
        return result.at("content").list().getFirst().text("text");
    }

    private static String ok(McpProgram program, String tool, Object... arguments)
            throws IOException {
        Value result = call(program, tool, arguments);
        assertThat(result.text("isError")).as(text(result)).isEqualTo("false");
        return text(result);
    }

    private static String failed(McpProgram program, String tool, Object... arguments)
            throws IOException {
        Value result = call(program, tool, arguments);
        assertThat(result.text("isError")).as(text(result)).isEqualTo("true");
        return text(result);
    }

    private static List<String> names(McpProgram program) throws IOException {
        return program.ask("tools/list", modern()).at("result", "tools").list().stream()
                .map(it -> it.text("name"))
                .toList();
    }

    private static String digest(String picture) {
        return picture.strip().replaceFirst("(?s).*digest ([0-9a-f]{64}).*", "$1");
    }

    private static Value newVm(String name) {
        return Value.members("name", name, "clone", 101, "cpus", 2, "start", true);
    }

    @Test
    void aPlanIsMadeConfirmedAndApplied() throws Exception {
        mode("apply");
        try (McpProgram program = program()) {
            assertThat(ok(program, "status")).contains("\"name\": \"lab\"", "\"mode\": \"apply\"");
            assertThat(ok(program, "find", "what", "vms", "text", "DEBIAN")).contains("lab/101");
            assertThat(ok(program, "find", "text", "nothing like it")).isEqualTo("There is none.");
            assertThat(ok(program, "read", "what", "vm", "name", "debian")).contains("config");

            String picture = ok(program, "plan", "create", Value.of(List.of(newVm("web"))));
            assertThat(picture).contains("+ lab/100 web");
            String digest = digest(picture);
            Value asks = call(program, "apply", "digest", digest);
            assertThat(asks.text("resultType")).isEqualTo("input_required");
            assertThat(asks.at("inputRequests", "confirm", "params").text("message"))
                    .contains("+ lab/100 web", digest);
            assertThat(pve.guests()).hasSize(1);

            assertThat(failed(program, "apply", "digest", "0".repeat(64)))
                    .contains("shown last has the digest " + digest.substring(0, 12));
            Value declined = answered(program, digest, "decline");
            assertThat(text(declined)).contains("did not agree");
            assertThat(pve.guests()).hasSize(1);

            Value done = answered(program, digest, "accept");
            assertThat(done.text("isError")).as(text(done)).isEqualTo("false");
            assertThat(text(done)).contains("✓ lab/100 web", "applied " + digest.substring(0, 12));
            assertThat(pve.state(100)).isEqualTo("running");
            assertThat(program.others())
                    .anySatisfy(it -> assertThat(it.at("params").text("message")).contains("✓"));
            assertThat(ok(program, "plan")).contains("nothing to change");
            assertThat(program.end()).isZero();
            assertThat(program.err()).isEmpty();
        }
    }

    private static Value answered(McpProgram program, String digest, String action)
            throws IOException {
        return program.ask(
                        "tools/call",
                        modern(
                                "name",
                                "apply",
                                "arguments",
                                Value.members("digest", digest),
                                "inputResponses",
                                Value.members(
                                        "confirm",
                                        Value.members(
                                                "action",
                                                action,
                                                "content",
                                                Value.members("confirm", true)))))
                .at("result");
    }

    @Test
    void whatIsAboveTheModeIsNeitherOfferedNorRun() throws Exception {
        try (McpProgram program = program()) {
            assertThat(names(program))
                    .doesNotHaveDuplicates()
                    .contains("ask", "agents_list", "status", "find", "read", "plan", "check")
                    .contains("diagnose", "report")
                    .doesNotContain("apply", "run_flow", "guests_destroy", "agents_remove");
            assertThat(failed(program, "apply", "digest", "0".repeat(64)))
                    .contains("above the mode plan", "culvert mcp mode apply");
            assertThat(failed(program, "guests_start", "id", "lab/101"))
                    .contains("the mode plan of this workspace allows");
            assertThat(failed(program, "run_flow", "flow", "x")).contains("above the mode plan");
            assertThat(failed(program, "check", "what", "guests")).contains("above the mode plan");
            assertThat(call(program, "agents_list").text("isError")).isEqualTo("false");

            mode("read");
            assertThat(names(program)).doesNotContain("plan", "apply").contains("find", "ask");
            assertThat(failed(program, "plan")).contains("above the mode read");
            mode("apply");
            assertThat(names(program)).contains("plan", "apply", "run_flow", "guests_destroy");
        }
        try (McpProgram next = program()) {
            assertThat(ok(next, "status")).contains("\"mode\": \"apply\"");
        }
    }

    @Test
    void theModeAndTheLastPlanAreKeptForTheOwnerAlone() throws Exception {
        mode("apply");
        String digest;
        try (McpProgram program = program()) {
            digest = digest(ok(program, "plan", "create", Value.of(List.of(newVm("web")))));
        }
        Path mode = root.resolve(".culvert/mcp/mode.json");
        Path plan = root.resolve(".culvert/mcp/plan.json");
        for (Path kept : List.of(mode, plan)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                    .isEqualTo("rw-------");
        }
        try (McpProgram next = program()) {
            assertThat(ok(next, "status")).contains(digest);
            assertThat(call(next, "apply", "digest", digest).text("resultType"))
                    .isEqualTo("input_required");
            assertThat(ok(next, "read", "what", "plan", "name", digest)).contains("+ lab/100 web");

            for (Path kept : List.of(mode, plan)) {
                Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-r--r--"));
            }
            assertThat(ok(next, "status")).contains("\"mode\": \"plan\"").doesNotContain(digest);
        }
    }

    @Test
    void aClientOfAnEarlierRevisionIsAskedByARequest() throws Exception {
        mode("apply");
        try (McpProgram program = program()) {
            Value begun =
                    program.ask(
                            "initialize",
                            Value.members(
                                    "protocolVersion",
                                    "2025-11-25",
                                    "capabilities",
                                    Value.members("elicitation", Value.members())));
            assertThat(begun.at("result").text("instructions")).contains("workspace 'lab'");
            Value plan =
                    program.ask(
                            "tools/call",
                            Value.members(
                                    "name",
                                    "plan",
                                    "arguments",
                                    Value.members("create", Value.of(List.of(newVm("web"))))));
            program.begin(
                    "tools/call",
                    Value.members(
                            "name",
                            "apply",
                            "arguments",
                            Value.members("digest", digest(text(plan.at("result"))))));
            Value question = program.read();
            assertThat(question.text("method")).isEqualTo("elicitation/create");
            assertThat(question.at("params").text("message")).contains("+ lab/100 web");
            program.write(
                    Value.members(
                                    "jsonrpc",
                                    "2.0",
                                    "id",
                                    question.at("id"),
                                    "result",
                                    Value.members(
                                            "action",
                                            "accept",
                                            "content",
                                            Value.members("confirm", true)))
                            .json());
            Value done = program.read();
            assertThat(done.at("result").text("isError")).as(done.json()).isEqualTo("false");
            assertThat(pve.state(100)).isEqualTo("running");
        }
    }

    @Test
    void aClientThatCannotAskItsUserAppliesNothing() throws Exception {
        mode("apply");
        try (McpProgram program = program()) {
            program.ask("initialize", Value.members("protocolVersion", "2025-03-26"));
            Value plan =
                    program.ask(
                            "tools/call",
                            Value.members(
                                    "name",
                                    "plan",
                                    "arguments",
                                    Value.members("create", Value.of(List.of(newVm("web"))))));
            String digest = digest(text(plan.at("result")));
            Value refused =
                    program.ask(
                                    "tools/call",
                                    Value.members(
                                            "name",
                                            "apply",
                                            "arguments",
                                            Value.members("digest", digest)))
                            .at("result");
            assertThat(text(refused)).contains("cannot ask its user", "culvert apply " + digest);
            assertThat(pve.guests()).hasSize(1);
        }
    }

    @Test
    void aQuestionThatNobodyAnswersAppliesNothing() throws Exception {
        mode("apply");
        try (McpProgram program = program()) {
            program.ask(
                    "initialize",
                    Value.members(
                            "protocolVersion",
                            "2025-06-18",
                            "capabilities",
                            Value.members("elicitation", Value.members())));
            Value plan =
                    program.ask(
                            "tools/call",
                            Value.members(
                                    "name",
                                    "plan",
                                    "arguments",
                                    Value.members("create", Value.of(List.of(newVm("web"))))));
            Value apply =
                    Value.members(
                            "name",
                            "apply",
                            "arguments",
                            Value.members("digest", digest(text(plan.at("result")))));
            int cancelled = program.begin("tools/call", apply);
            assertThat(program.read().text("method")).isEqualTo("elicitation/create");
            program.write(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":%d}}"
                            .formatted(cancelled));
            assertThat(program.ask("ping", Value.members()).at("result").isNothing()).isFalse();
            assertThat(program.others()).isEmpty();

            program.begin("tools/call", apply);
            assertThat(program.read().text("method")).isEqualTo("elicitation/create");
            assertThat(program.end()).isZero();
            assertThat(pve.guests()).hasSize(1);
        }
    }

    @Test
    void aPlanSinceWhichRealityHasChangedIsRefused() throws Exception {
        mode("apply");
        user.run("sync", "--project", root.toString());
        try (McpProgram program = program()) {
            Value guest = Value.parse(ok(program, "read", "what", "desired", "name", "debian"));
            Map<String, Value> changed = new LinkedHashMap<>(guest.map());
            changed.put("cpus", Value.of(3));
            String picture =
                    ok(program, "plan", "change", Value.of(List.of(new Value.Members(changed))));
            pve.set(101, "cores", "7");
            Value refused = answered(program, digest(picture), "accept");
            assertThat(refused.text("isError")).isEqualTo("true");
            assertThat(text(refused)).contains("has changed");
        }
    }

    @Test
    void whatIsWrongInTheDesiredStateIsNotWritten() throws Exception {
        try (McpProgram program = program()) {
            ok(program, "plan", "create", Value.of(List.of(newVm("web"))));
            Value wrong = Value.members("name", "web", "kind", "vm", "cpus", "many");
            assertThat(failed(program, "plan", "change", Value.of(List.of(wrong))))
                    .contains("nothing was written", "web.json", "cpus");
            assertThat(failed(program, "plan", "forget", Value.of(List.of(Value.of("../x")))))
                    .contains("is no name of a guest");
            assertThat(
                            failed(
                                    program,
                                    "plan",
                                    "create",
                                    Value.of(List.of(newVm("db"), newVm("web")))))
                    .contains("is there already");
            assertThat(ok(program, "find", "what", "desired"))
                    .contains("\"name\":\"web\"")
                    .doesNotContain("db");
            assertThat(ok(program, "check")).contains("\"valid\": true");
            ok(program, "plan", "forget", Value.of(List.of(Value.of("web"))));
            assertThat(ok(program, "find", "what", "desired")).isEqualTo("There is none.");
        }
    }

    @Test
    void noArgumentBecomesAFlagOrNamesAFile() throws Exception {
        try (McpProgram program = program()) {
            assertThat(failed(program, "read", "what", "vm", "name", "--help"))
                    .contains("must not begin with - or @");
            assertThat(failed(program, "read", "what", "vm", "name", "@/etc/passwd"))
                    .contains("must not begin with - or @");
            assertThat(failed(program, "find", "wat", "vms")).contains("did you mean what?");
            assertThat(failed(program, "find", "what", "vm")).contains("it is one of guests, vms");
            assertThat(failed(program, "read", "what", "desired", "name", "../workspace"))
                    .contains("is no name of a guest");
        }
    }

    @Test
    void resourcesAndPromptsAreThere() throws Exception {
        user.run("sync", "--project", root.toString());
        try (McpProgram program = program()) {
            List<String> uris =
                    program
                            .ask("resources/list", modern())
                            .at("result", "resources")
                            .list()
                            .stream()
                            .map(it -> it.text("uri"))
                            .toList();
            assertThat(uris)
                    .doesNotHaveDuplicates()
                    .contains(
                            "culvert://workspace",
                            "culvert://inventory",
                            "culvert://logs",
                            "culvert://runs",
                            "culvert://diagnostics");
            for (String uri : uris.stream().filter(it -> !it.endsWith("logs")).toList()) {
                Value read = program.ask("resources/read", modern("uri", uri)).at("result");
                assertThat(read.at("contents").list().getFirst().text("text")).isNotEmpty();
            }
            Value inventory =
                    program.ask("resources/read", modern("uri", "culvert://inventory"))
                            .at("result");
            assertThat(inventory.text("ttlMs")).isEqualTo("0");
            Value content = Value.parse(inventory.at("contents").list().getFirst().text("text"));
            assertThat(content.at("vms").list().getFirst().text("id")).isEqualTo("lab/101");
            assertThat(content.at("nodes").list()).isNotEmpty();

            assertThat(
                            program
                                    .ask("prompts/list", modern())
                                    .at("result", "prompts")
                                    .list()
                                    .stream()
                                    .map(it -> it.text("name")))
                    .containsExactly("troubleshoot", "optimise", "plan");
            Value plan =
                    program.ask(
                            "prompts/get",
                            modern("name", "plan", "arguments", Value.members("goal", "two %s")));
            assertThat(plan.json()).contains("workspace 'lab'", "two %s");
            Value missing = program.ask("prompts/get", modern("name", "plan"));
            assertThat(missing.at("error").text("message")).contains("needs the argument 'goal'");
            assertThat(program.ask("prompts/get", modern("name", "optimise")).json())
                    .contains("whatever is worth it");
            assertThat(ok(program, "report")).startsWith("# ");
            assertThat(ok(program, "report", "what", "compliance"))
                    .contains("\"check\":", "\"result\": \"passed\"");
            assertThat(ok(program, "diagnose")).contains("\"health\"");
        }
    }

    @Test
    void theVerbShowsAndChangesTheMode() {
        assertThat(user.run("mcp", "mode", "--project", root.toString(), "-o", "json").out())
                .contains("\"mode\": \"plan\"");
        CommandRun wrong = user.run("mcp", "mode", "aply", "--project", root.toString());
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("it is read, plan or apply");
        assertThat(user.run("mcp", "mode", "--project", folder.toString()).code()).isEqualTo(2);
    }
}
