package dev.culvert.daemon;

import static dev.culvert.daemon.ApprovingGuest.ARGUMENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.EventReader.Event;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that ask, clients that decide, and the daemon between them. */
@Timeout(60)
class ApprovalsOfTheDaemonTest {
    private static final String PATH = "/api/v1/approvals";
    private static final String ALLOW = "{\"decision\":\"allow\"}";
    private static final String DENY = "{\"decision\":\"deny\",\"reason\":\"not today\"}";
    private static final String CLAIM = "c".repeat(22);
    private static final String EVENTS = "text/event-stream";

    @TempDir Path folder;

    private String kept() {
        return "\"state_dir\": \"" + folder + "\",";
    }

    private static HttpResponse<String> decide(TestDaemon daemon, String id, String decision)
            throws Exception {
        return daemon.post(PATH + "/" + id, decision);
    }

    /** Asks, and waits until the daemon lists it. */
    private static String asked(ApprovingGuest guest, TestDaemon daemon, String approval)
            throws Exception {
        String frame = guest.ask(approval);
        daemon.awaitBody(PATH + "?state=pending", approval);
        return frame;
    }

    @Test
    void aCallWaitsUntilSomebodyAllowsItAndThenRunsOnce() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept(), guest.guest())) {
            assertThat(guest.guest().seen("ping"))
                    .first()
                    .asString()
                    .contains("\"approvals\":true");
            String approval = guest.newId();
            String asked = asked(guest, daemon, approval);
            assertThat(daemon.get(PATH).body())
                    .matches(
                            "\\{\"approvals\":\\[\\{\"id\":\"ap_0+1\",\"agent\":\"a\",\"tenant\":\"default\","
                                    + "\"turn\":\"t1\",\"call_id\":\"c1\",\"tool_name\":\"run_command\","
                                    + "\"arguments\":\\{\"argv\":\\[\"git\",\"push\"]},\"digest\":\"sha256:[0-9a-f]{64}\","
                                    + "\"policy\":\"v7\",\"rule\":\"pushes\",\"why\":\"others see it\","
                                    + "\"asked\":\"20.*Z\",\"expires\":\"20.*Z\",\"state\":\"pending\","
                                    + "\"decided_by\":null,\"reason\":null,\"decided\":null,\"used\":null}],"
                                    + "\"next\":null}");
            assertThat(daemon.metric("culvert_approvals_pending")).isOne();

            HttpResponse<String> decided = decide(daemon, approval, ALLOW);

            assertThat(decided.statusCode()).as(decided.body()).isEqualTo(200);
            assertThat(decided.body())
                    .contains("\"state\":\"allowed\",\"decided_by\":\"anybody\",\"reason\":null");
            assertThat(guest.answer(asked))
                    .contains("\"type\":\"approved\"")
                    .contains(
                            "\"approval_id\":\""
                                    + approval
                                    + "\",\"decision\":\"allow\",\"by\":\"anybody\"",
                            "\"policy\":\"v7\"");
            assertThat(guest.answer(guest.claim(approval, CLAIM))).contains("\"type\":\"claimed\"");
            assertThat(guest.answer(guest.claim(approval, CLAIM))).contains("\"type\":\"claimed\"");
            assertThat(guest.answer(guest.claim(approval, "d".repeat(22))))
                    .contains("\"code\":\"approval_used\"");
            assertThat(daemon.get(PATH + "/" + approval).body())
                    .containsPattern("\"state\":\"used\".*\"used\":\"20");
            assertThat(daemon.metric("culvert_approvals_pending")).isZero();
            assertThat(daemon.metric("culvert_approvals_used_total")).isOne();
            assertThat(daemon.metric("culvert_approvals_refused_total{reason=\"used\"}")).isOne();
            assertThat(
                            daemon.metric(
                                    "culvert_approvals_wait_duration_seconds_count{outcome=\"allowed\"}"))
                    .isOne();
        }
        Path audit = folder.resolve("audit/audit.log");
        assertThat(AuditLog.verify(audit, null)).isInstanceOf(Verdict.Sound.class);
        assertThat(Files.readAllLines(audit))
                .satisfiesExactly(
                        it -> assertThat(it).contains("\"anybody\"", "\"outcome\":\"allow\""),
                        it -> assertThat(it).contains("\"who\":\"a\"", "\"outcome\":\"used\""),
                        it -> assertThat(it).contains("\"outcome\":\"claim_refused\""))
                .allMatch(it -> !it.contains("push\""));
    }

    @Test
    void aDenialReachesTheGuestWithItsReason() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            String asked = asked(guest, daemon, guest.newId());

            decide(daemon, "ap_0000000000000000000001", DENY);

            assertThat(guest.answer(asked))
                    .contains("\"decision\":\"deny\",\"by\":\"anybody\",\"reason\":\"not today\"");
            assertThat(guest.answer(guest.claim("ap_0000000000000000000001", CLAIM)))
                    .contains("\"code\":\"approval_changed\"", "the call was denied");
        }
    }

    @Test
    void aGuestThatWasAwayGetsTheDecisionWhenItAsksAgain() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.of(ScriptedGuest.on(folder.resolve("g.sock")));
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            String approval = guest.newId();
            String approve =
                    ApprovingGuest.approve(approval, "t1", ARGUMENTS, Duration.ofMinutes(5));
            guest.send("approve", approve);
            daemon.awaitBody(PATH, approval);
            guest.guest().down();
            daemon.awaitState("a", "unreachable");
            assertThat(decide(daemon, approval, ALLOW).statusCode()).isEqualTo(200);
            guest.guest().up();
            daemon.awaitState("a", "ready");

            assertThat(guest.answer(guest.send("approve", approve)))
                    .contains("\"decision\":\"allow\"");
            assertThat(guest.answer(guest.send("approve", approve.replace("\"c1\"", "\"c2\""))))
                    .contains("\"code\":\"approval_changed\"");
        }
    }

    @Test
    void ofTwoWhoDecideAtOnceOneIsToldThatItIsTooLate() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept(), guest.guest())) {
            String approval = guest.newId();
            String asked = asked(guest, daemon, approval);
            List<CompletableFuture<HttpResponse<String>>> both =
                    Stream.of(ALLOW, DENY)
                            .map(it -> daemon.begin("POST", PATH + "/" + approval, it))
                            .toList();

            List<HttpResponse<String>> answers =
                    both.stream().map(CompletableFuture::join).toList();

            assertThat(answers)
                    .extracting(HttpResponse::statusCode)
                    .containsExactlyInAnyOrder(200, 409);
            boolean isAllowed = answers.getFirst().statusCode() == 200;
            assertThat(answers.get(isAllowed ? 1 : 0).body())
                    .contains(
                            "\"code\":\"approval_decided\"",
                            "\"state\":\"" + (isAllowed ? "allowed" : "denied") + "\"",
                            "by anybody");
            assertThat(guest.answer(asked))
                    .contains("\"decision\":\"" + (isAllowed ? "allow" : "deny") + "\"");
        }
    }

    @Test
    void whatHasExpiredIsGone() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept(), guest.guest())) {
            String approval = guest.newId();
            String asked =
                    guest.send(
                            "approve",
                            ApprovingGuest.approve(
                                    approval, "t1", ARGUMENTS, Duration.ofMillis(500)));

            assertThat(guest.answer(asked))
                    .contains("\"decision\":\"deny\"", "nobody has decided in time");
            HttpResponse<String> late = decide(daemon, approval, ALLOW);
            assertThat(late.statusCode()).isEqualTo(410);
            assertThat(late.body()).contains("\"code\":\"approval_over\"", "\"state\":\"expired\"");
            assertThat(Files.readString(folder.resolve("audit/audit.log")))
                    .contains("\"who\":\"culvertd\"", "\"outcome\":\"expired\"");
        }
    }

    @Test
    void whatTheGuestWithdrawsIsGoneAndNotAnswered() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            String approval = guest.newId();
            asked(guest, daemon, approval);

            guest.withdraw(approval);

            daemon.awaitBody(PATH + "/" + approval, "\"state\":\"withdrawn\"");
            assertThat(decide(daemon, approval, ALLOW).statusCode()).isEqualTo(410);
            assertThat(guest.answer(guest.claim(approval, CLAIM)))
                    .contains("the approval was withdrawn");
        }
    }

    @Test
    void withAStateDirARestartForgetsNothing() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start()) {
            String approval = guest.newId();
            String approve =
                    ApprovingGuest.approve(approval, "t1", ARGUMENTS, Duration.ofMinutes(5));
            try (TestDaemon daemon = TestDaemon.with(kept(), guest.guest())) {
                guest.send("approve", approve);
                daemon.awaitBody(PATH, approval);
            }
            try (TestDaemon daemon = TestDaemon.with(kept(), guest.guest())) {
                assertThat(daemon.get(PATH + "?state=pending").body()).contains(approval);
                String again = guest.send("approve", approve);
                assertThat(decide(daemon, approval, ALLOW).statusCode()).isEqualTo(200);
                assertThat(guest.answer(again)).contains("\"decision\":\"allow\"");
            }
            try (TestDaemon _ = TestDaemon.with(kept(), guest.guest())) {
                assertThat(guest.answer(guest.claim(approval, CLAIM)))
                        .contains("\"type\":\"claimed\"");
            }
            try (TestDaemon daemon = TestDaemon.with(kept(), guest.guest())) {
                assertThat(guest.answer(guest.claim(approval, "d".repeat(22))))
                        .contains("\"code\":\"approval_used\"");
                assertThat(guest.answer(guest.claim(approval, CLAIM)))
                        .contains("\"code\":\"approval_unknown\"");
                assertThat(guest.answer(guest.sureClaim(approval, CLAIM)))
                        .contains("\"type\":\"claimed\"");
                assertThat(decide(daemon, approval, DENY).statusCode()).isEqualTo(409);
            }
        }
    }

    @Test
    void withoutAStateDirARestartForgetsAndTheGuestAsksAgain() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start()) {
            String approval = guest.newId();
            try (TestDaemon daemon = TestDaemon.with(guest.guest())) {
                asked(guest, daemon, approval);
                assertThat(decide(daemon, approval, ALLOW).statusCode()).isEqualTo(200);
                guest.guest().take();
            }
            try (TestDaemon daemon = TestDaemon.with(guest.guest())) {
                assertThat(daemon.get(PATH).body()).isEqualTo("{\"approvals\":[],\"next\":null}");
                assertThat(guest.answer(guest.claim(approval, CLAIM)))
                        .contains("\"code\":\"approval_changed\"");
                asked(guest, daemon, approval);
            }
        }
    }

    @Test
    void aDecisionThatTheDatabaseRefusesDoesNotCount() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept(), guest.guest());
                Connection database =
                        DriverManager.getConnection(
                                "jdbc:sqlite:"
                                        + folder.resolve("culvert.db")
                                        + "?busy_timeout=10000");
                Statement statement = database.createStatement()) {
            String approval = guest.newId();
            String asked = asked(guest, daemon, approval);
            statement.execute(
                    "CREATE TRIGGER no BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'no'); END");

            HttpResponse<String> refused = decide(daemon, approval, ALLOW);

            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(refused.body()).contains("\"code\":\"not_stored\"", "does not count");
            assertThat(daemon.get(PATH + "/" + approval).body()).contains("\"state\":\"pending\"");
            statement.execute("DROP TRIGGER no");
            assertThat(decide(daemon, approval, DENY).statusCode()).isEqualTo(200);
            assertThat(guest.answer(asked)).contains("\"decision\":\"deny\"");

            assertThat(decide(daemon, approval, ALLOW).statusCode()).isEqualTo(409);
            statement.execute(
                    "CREATE TRIGGER no BEFORE INSERT ON approvals BEGIN SELECT RAISE(ABORT, 'no'); END");
            assertThat(guest.answer(guest.ask(guest.newId())))
                    .contains("\"code\":\"internal\"", "\"retry_after\":")
                    .doesNotContain("culvert.db");
        }
        assertThat(Files.readString(folder.resolve("audit/audit.log")))
                .containsPattern("(?s)\"allow\".*\"not_taken\".*\"deny\"");
    }

    @Test
    void aClaimThatTheDatabaseRefusesIsNotAnswered() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(kept(), guest.guest());
                Connection database =
                        DriverManager.getConnection(
                                "jdbc:sqlite:"
                                        + folder.resolve("culvert.db")
                                        + "?busy_timeout=10000");
                Statement statement = database.createStatement()) {
            String approval = guest.newId();
            asked(guest, daemon, approval);
            decide(daemon, approval, ALLOW);
            guest.guest().take();
            statement.execute(
                    "CREATE TRIGGER no BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'no'); END");

            assertThat(guest.answer(guest.claim(approval, CLAIM)))
                    .contains("\"code\":\"internal\"");
            statement.execute("DROP TRIGGER no");
            assertThat(guest.answer(guest.claim(approval, CLAIM))).contains("\"type\":\"claimed\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"decision\":\"maybe\"}",
                "{\"decision\":true}",
                "{\"decision\":\"allow\",\"reason\":7}",
                "{\"decision\":\"allow\",\"always\":true}",
                "[]",
                "allow"
            })
    void whatIsNoDecisionIsRefusedAndNothingIsDecided(String body) throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            String approval = guest.newId();
            asked(guest, daemon, approval);

            assertThat(decide(daemon, approval, body).statusCode()).isEqualTo(400);

            assertThat(daemon.get(PATH + "/" + approval).body()).contains("\"state\":\"pending\"");
            assertThat(decide(daemon, "ap_none", ALLOW).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theListIsFilteredAndInPages() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            for (int i = 0; i < 3; i++) {
                asked(guest, daemon, guest.newId());
            }
            decide(daemon, "ap_0000000000000000000002", DENY);

            String first = daemon.get(PATH + "?limit=2").body();
            assertThat(first).contains("00001\"", "00002\"").doesNotContain("00003\"");
            String next = first.replaceAll(".*\"next\":\"(.*?)\".*", "$1");
            assertThat(daemon.get(PATH + "?limit=2&after=" + next).body())
                    .contains("00003\"", "\"next\":null")
                    .doesNotContain("00002\"");
            assertThat(daemon.get(PATH + "?state=denied").body())
                    .contains("00002\"")
                    .doesNotContain("00001\"");
            assertThat(daemon.get(PATH + "?agent=b").body()).contains("\"approvals\":[]");
            assertThat(daemon.get(PATH + "?state=open").statusCode()).isEqualTo(400);
            assertThat(daemon.get(PATH + "?limit=0").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aStreamTellsOfThoseThatWaitThenOfChangesAndGoesOnWhereItBrokeOff() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            String denied = guest.newId();
            asked(guest, daemon, denied);
            decide(daemon, denied, DENY);
            String waiting = guest.newId();
            asked(guest, daemon, waiting);
            Event last;
            try (EventReader events = daemon.stream("GET", PATH, "", "accept", EVENTS)) {
                Event first = events.next();
                assertThat(first.type()).isEqualTo("approval");
                assertThat(first.data())
                        .startsWith("{\"id\":\"" + waiting + "\"")
                        .contains("\"state\":\"pending\"", "\"arguments\":" + ARGUMENTS);
                decide(daemon, waiting, ALLOW);
                last = events.next();
                assertThat(last.data()).contains(waiting, "\"state\":\"allowed\"");
            }
            String later = guest.newId();
            asked(guest, daemon, later);
            try (EventReader events =
                    daemon.stream("GET", PATH, "", "accept", EVENTS, "last-event-id", last.id())) {
                assertThat(events.next().data()).startsWith("{\"id\":\"" + later + "\"");
            }
            try (EventReader events =
                    daemon.stream(
                            "GET",
                            PATH,
                            "",
                            "accept",
                            EVENTS,
                            "last-event-id",
                            "0123456789abcdef:1")) {
                assertThat(events.next().type()).isEqualTo("missed");
                assertThat(events.next().data()).startsWith("{\"id\":\"" + later + "\"");
            }
            assertThat(
                            daemon.send("GET", PATH + "?state=pending", "", "accept", EVENTS)
                                    .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void aGuestIsToldWhatTheHostDoesNotTake() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(
                                "\"approvals\": {\"max_pending_agent\": 1, \"max_arguments_bytes\": 40},",
                                guest.guest())) {
            assertThat(guest.answer(guest.send("approve", "{}")))
                    .contains("\"code\":\"invalid_payload\"", "'approval_id' is missing");
            assertThat(guest.answer(guest.send("claim", "{}")))
                    .contains("\"code\":\"invalid_payload\"");
            String large = "{\"path\":\"" + "x".repeat(40) + "\"}";
            assertThat(
                            guest.answer(
                                    guest.send(
                                            "approve",
                                            ApprovingGuest.approve(
                                                    guest.newId(),
                                                    "t1",
                                                    large,
                                                    Duration.ofMinutes(1)))))
                    .contains("\"code\":\"message_too_large\"");
            asked(guest, daemon, guest.newId());
            assertThat(guest.answer(guest.ask(guest.newId())))
                    .contains("\"code\":\"overloaded\"", "approvals.max_pending_agent");
            assertThat(daemon.metric("culvert_approvals_refused_total{reason=\"limit\"}"))
                    .isEqualTo(2);
        }
    }
}
