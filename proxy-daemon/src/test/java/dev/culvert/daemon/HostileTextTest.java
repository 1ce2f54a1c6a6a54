package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.CapturedLog;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests and clients that write what they like into what people read. */
class HostileTextTest {
    /** As JSON writes it. */
    private static final String HOSTILE =
            "\\n\\u001b[2J\\u0000\\u202eERROR Daemon - forged line\\n" + "x".repeat(10_000);

    private static final String ENCODED =
            URLEncoder.encode("\n\u001b[2J\u202e" + "x".repeat(3_000), StandardCharsets.UTF_8);

    @ParameterizedTest
    @ValueSource(strings = {"error", "tool_blocked"})
    void whatAnAgentSaysInItsErrorIsShortAndOnOneLine(String type) throws Exception {
        try (CapturedLog log = new CapturedLog();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            String payload =
                    "{\"code\":\"%s\",\"message\":\"%s\",\"tool_name\":\"%s\",\"reason\":\"%s\"}"
                            .formatted(HOSTILE, HOSTILE, HOSTILE, HOSTILE);
            guest.on("message", request -> request.reply(type, payload));

            HttpResponse<String> answer = daemon.post("/api/v1/agents/a/message", MESSAGE);
            assertIsHarmless(answer.body());
            try (EventReader events = daemon.stream()) {
                assertIsHarmless(events.rest().getLast().data());
            }
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR Daemon"));
            assertThat(log.text()).doesNotContain("\u001b", "\u0000");
        }
    }

    @Test
    void whatAnAgentSaysOfItselfIsShortAndOnOneLine() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.tellAll(
                    "heartbeat",
                    "{\"status\":\"%s\",\"protocol\":\"%s\",\"instance\":\"%s\",\"agent_version\":\"1-%s\"}"
                            .formatted(HOSTILE, HOSTILE, HOSTILE, HOSTILE));
            daemon.awaitAgent("a", "\"agent_version\":\"1-");

            assertIsHarmless(daemon.get("/api/v1/agents/a").body());
        }
    }

    @Test
    void whyALinkWasClosedIsShortAndOnOneLine() throws Exception {
        try (CapturedLog log = new CapturedLog();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.links().getFirst().send("chunk", "\\n\\u001b[2J" + "x".repeat(100), "{}");
            daemon.awaitAgent("a", "which was never issued on this link");

            assertIsHarmless(daemon.get("/api/v1/agents/a").body());
            assertThat(log.text()).doesNotContain("\u001b");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/agents/%s, 400",
        "/api/v1/agents?state=%s, 400",
        "/api/v1/agents?limit=%s, 400",
        "/api/v1/agents?%s=1&%s=2, 400",
        "/api/v1/turns/%s/stream, 400",
        "/%s, 404",
    })
    void whatAClientSaysComesBackShortAndOnOneLine(String path, int status) throws Exception {
        try (CapturedLog log = new CapturedLog();
                TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> answer = daemon.get(path.replace("%s", ENCODED));

            assertThat(answer.statusCode()).isEqualTo(status);
            assertIsHarmless(answer.body());
            assertThat(log.text()).doesNotContain("\u001b");
        }
    }

    /** Where JSON writes an escape, there is a character that a terminal would act on. */
    private static void assertIsHarmless(String json) {
        assertThat(json.length()).isLessThan(6_000);
        assertThat(json.replace("\\\\", ""))
                .doesNotContain("\\n", "\\u001b", "\\u0000", "\u202e", "\u001b");
    }
}
