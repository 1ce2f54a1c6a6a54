package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert approvals}, and who may use it. */
@Timeout(60)
class ApprovalVerbsTest {
    private static final String PATH = "/api/v1/approvals";

    @TempDir Path folder;

    private static CommandRun ok(User user, String... words) {
        CommandRun run = user.run(words);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    @Test
    void listsShowsAllowsAndDenies() throws Exception {
        String kept = "\"state_dir\": \"" + folder + "\",";
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept, guest.guest())) {
            User user = User.of(daemon);
            assertThat(ok(user, "approvals", "-o", "json").out()).isEqualTo("[]\n");
            String first = guest.newId();
            String second = guest.newId();
            guest.ask(first);
            daemon.awaitBody(PATH, first);
            guest.ask(second);
            daemon.awaitBody(PATH, second);

            assertThat(ok(user, "approvals").out().lines())
                    .hasSize(3)
                    .first()
                    .asString()
                    .matches("APPROVAL +AGENT +STATE +WAITED +LEFT +TOOL +ARGUMENTS");
            assertThat(ok(user, "approvals").out())
                    .containsPattern(
                            first
                                    + " +a +pending +\\d+s +[45]m\\d+s +run_command +\\{\"argv\":\\[\"git\",\"push\"]}");
            assertThat(ok(user, "approvals", "show", first).out())
                    .containsPattern("(?m)^arguments +\\{\"argv\":\\[\"git\",\"push\"]}$")
                    .containsPattern("(?m)^why it asks +others see it$")
                    .containsPattern("(?m)^digest +sha256:[0-9a-f]{64}$");

            assertThat(ok(user, "approvals", "allow", first).err())
                    .startsWith("culvert: run_command of agent 'a' is allowed");
            CommandRun denied =
                    ok(user, "approvals", "deny", second, "--reason", "not on a Friday");
            assertThat(denied.err()).startsWith("culvert: run_command of agent 'a' is denied");

            assertThat(ok(user, "approvals", "-o", "name").out()).isEmpty();
            assertThat(ok(user, "approvals", "list", "-o", "name").out())
                    .isEqualTo(first + "\n" + second + "\n");
            assertThat(ok(user, "approvals", "list", "--state", "denied", "--agent", "a").out())
                    .contains(second)
                    .doesNotContain(first);
            assertThat(ok(user, "approvals", "show", second).out()).contains("not on a Friday");
            CommandRun late = user.run("approvals", "allow", second);
            assertThat(late.code()).isNotZero();
            assertThat(late.err()).contains("It was decided before: denied, by anybody.");
            assertThat(user.run("approvals", "show", "ap_none").code()).isEqualTo(5);
            assertThat(user.run("approvals", "list", "--state", "open").code()).isEqualTo(2);
        }
        Path audit = folder.resolve("audit/audit.log");
        assertThat(ok(new User(folder), "audit", "verify", audit.toString()).out())
                .containsPattern("lines +1 to 2\\b");
    }

    /** Those of proxy-daemon/docs/approvals.md, in their order. */
    @Test
    void theCommandsOfThePageDoWhatItSays() throws Exception {
        List<String> lines =
                DocBlocks.of(Path.of("docs/approvals.md")).all().stream()
                        .filter(it -> it.mark().endsWith("/ApprovalVerbsTest.java"))
                        .flatMap(it -> it.text().strip().lines())
                        .map(String::strip)
                        .toList();
        assertThat(lines).hasSize(5).allMatch(line -> line.startsWith("culvert "));
        String kept = "\"state_dir\": \"" + folder + "\",";
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept, guest.guest())) {
            String approval = guest.newId();
            guest.ask(approval);
            daemon.awaitBody(PATH, approval);
            for (String line : lines) {
                if (line.contains(" deny ")) {
                    approval = guest.newId();
                    guest.ask(approval);
                    daemon.awaitBody(PATH, approval);
                }
                String run =
                        line.replace("ap_Jm2kX0Qb7rT4vYc1sLwE9g", approval)
                                .replace("/var/lib/culvert", folder.toString());
                List<String> words =
                        Pattern.compile("'([^']*)'|(\\S+)")
                                .matcher(run)
                                .results()
                                .map(it -> it.group(1) == null ? it.group(2) : it.group(1))
                                .skip(1)
                                .toList();
                ok(User.of(daemon), words.toArray(String[]::new));
            }
            assertThat(daemon.get(PATH + "?state=denied").body()).contains("not on a Friday");
            assertThat(daemon.get(PATH + "?state=allowed").body()).contains("ap_0");
        }
    }

    private static String token(TestDaemon daemon, String[] by, String members) throws Exception {
        HttpResponse<String> made = daemon.send("POST", "/api/v1/tokens", "{" + members + "}", by);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        Matcher found = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made.body());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static String[] bearer(String token) {
        return new String[] {"authorization", "Bearer " + token};
    }

    @Test
    void onlyACallerOfItsTenantWithTheScopeSeesAndDecides() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"agents\": [{\"id\": \"web\", \"tenant\": \"acme\", \"address\": \"%s\"}]}"
                                        .formatted(guest.guest().address()))) {
            daemon.awaitState("web", "ready");
            String approval = guest.newId();
            String asked = guest.ask(approval);
            daemon.awaitBody(PATH, approval);
            String[] root =
                    bearer(token(daemon, new String[0], "\"name\":\"root\",\"roles\":[\"admin\"]"));
            String[] other =
                    bearer(
                            token(
                                    daemon,
                                    root,
                                    "\"name\":\"o\",\"tenant\":\"other\",\"roles\":[\"approver\"]"));
            String[] operator =
                    bearer(
                            token(
                                    daemon,
                                    root,
                                    "\"name\":\"op\",\"tenant\":\"acme\",\"roles\":[\"operator\"]"));
            String approver =
                    token(
                            daemon,
                            root,
                            "\"name\":\"anna\",\"tenant\":\"acme\",\"scopes\":[\"approvals\"]");
            String allow = "{\"decision\":\"allow\"}";
            String one = PATH + "/" + approval;

            for (String method : List.of("GET", "POST")) {
                assertThat(daemon.send(method, one, allow, other).statusCode()).isEqualTo(404);
                HttpResponse<String> refused = daemon.send(method, one, allow, operator);
                assertThat(refused.statusCode()).isEqualTo(403);
                assertThat(refused.body()).contains("\"scope\":\"approvals\"");
                assertThat(daemon.send(method, one, allow).statusCode()).isEqualTo(401);
            }
            assertThat(daemon.send("GET", PATH, "", other).body()).contains("\"approvals\":[]");
            assertThat(daemon.send("GET", PATH, "", operator).statusCode()).isEqualTo(403);
            try (EventReader events =
                    daemon.stream(
                            "GET", PATH, "", "accept", "text/event-stream", other[0], other[1])) {
                User anna = User.of(daemon).with("CULVERT_TOKEN", approver);
                assertThat(ok(anna, "approvals", "allow", approval).err()).contains("is allowed");
                assertThat(guest.answer(asked)).contains("\"by\":\"anna\"");
                guest.guest().close();
                daemon.daemon().close();
                assertThat(events.nextIfAny()).isNull();
            }
        }
    }
}
