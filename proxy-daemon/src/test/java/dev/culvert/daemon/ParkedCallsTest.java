package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.daemon.EventReader.Event;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A daemon, a whole guest whose policy asks before it writes, and somebody who decides. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ParkedCallsTest {
    private static final String HI = "{\"role\":\"user\",\"content\":\"write it\"}";
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final Pattern APPROVAL = Pattern.compile("\"(ap_[A-Za-z0-9_-]{22})\"");

    @TempDir private Path folder;
    private Path work;
    private HttpServer runtime;
    private Guest guest;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        work = Files.createDirectory(folder.resolve("work"));
        Files.writeString(
                folder.resolve("policy.jsonc"),
                "{\"rules\": [{\"decision\": \"ask\", \"tools\": [\"write_file\"]}]}");
        runtime = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runtime.createContext("/v1/chat/completions", this::answer);
        runtime.start();
        guest = guest("tcp://127.0.0.1:0");
        daemon =
                TestDaemon.start(
                        "{\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                                .formatted(guest.address()));
        daemon.awaitState("a", "ready");
    }

    private Guest guest(String listen) throws Exception {
        String settings =
                """
                {"listen": "%s", "drain": "0s", "tools_dir": "%s", "tools_policy": "%s",
                 "state_dir": "%s", "runtime": "http://127.0.0.1:%d"}
                """
                        .formatted(
                                listen,
                                work,
                                folder.resolve("policy.jsonc"),
                                folder.resolve("state"),
                                runtime.getAddress().getPort());
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", settings)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    @AfterEach
    void stop() {
        daemon.close();
        guest.close();
        runtime.stop(0);
    }

    /** Writes a file first, and says then what became of it. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String delta =
                !request.contains("\"tool_call_id\":\"c1\"")
                        ? "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"write_file\",\"arguments\":\"{\\\"path\\\":\\\"out.txt\\\",\\\"content\\\":\\\"once\\\"}\"}}]}"
                        : request.contains("denied it: not today")
                                ? "{\"content\":\"denied\"}"
                                : "{\"content\":\"written\"}";
        String stream =
                "data: {\"choices\":[{\"index\":0,\"delta\":"
                        + delta
                        + "}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        exchange.getResponseHeaders().add("content-type", "text/event-stream");
        byte[] bytes = stream.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Reads until the call waits; returns the approval, which the daemon lists then. */
    private String parked(EventReader events) throws Exception {
        Event event = events.next();
        while (!"approval".equals(event.type())) {
            event = events.next();
        }
        Matcher id = APPROVAL.matcher(event.data());
        assertThat(id.find()).isTrue();
        daemon.awaitBody("/api/v1/approvals?state=pending", id.group(1));
        return id.group(1);
    }

    private static String rest(EventReader events) throws IOException {
        StringBuilder all = new StringBuilder();
        for (Event event = events.nextIfAny(); event != null; event = events.nextIfAny()) {
            all.append("event: ").append(event.type()).append('\n').append(event.data());
        }
        return all.toString();
    }

    private void decide(String approval, String decision) throws Exception {
        assertThat(daemon.post("/api/v1/approvals/" + approval, decision).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aCallThatIsAllowedRunsAndTheStreamGoesOn() throws Exception {
        try (EventReader events = daemon.stream("POST", STREAM, HI)) {
            decide(parked(events), "{\"decision\":\"allow\"}");

            assertThat(rest(events)).contains("event: tool_result", "written", "event: done");
        }
        assertThat(work.resolve("out.txt")).hasContent("once");
        daemon.awaitBody("/api/v1/approvals", "\"state\":\"used\"");
    }

    @Test
    void aCallThatIsDeniedIsNotRun() throws Exception {
        try (EventReader events = daemon.stream("POST", STREAM, HI)) {
            decide(parked(events), "{\"decision\":\"deny\",\"reason\":\"not today\"}");

            assertThat(rest(events)).contains("\"ok\":false", "denied", "event: done");
        }
        assertThat(work.resolve("out.txt")).doesNotExist();
    }

    @Test
    void aClientThatLeavesDoesNotEndACallThatWaits() throws Exception {
        String approval;
        try (EventReader events = daemon.stream("POST", STREAM, HI)) {
            approval = parked(events);
        }

        decide(approval, "{\"decision\":\"allow\"}");

        Eventually.await(() -> assertThat(work.resolve("out.txt")).hasContent("once"));
    }

    @Test
    void aStreamGoesOnAfterItsAgentWasRestartedWhileACallWaits() throws Exception {
        try (EventReader events = daemon.stream("POST", STREAM, HI)) {
            String approval = parked(events);
            int port = ((AgentAddress.Tcp) guest.address()).port();
            guest.close();
            guest = guest("tcp://127.0.0.1:" + port);
            daemon.awaitState("a", "ready");

            decide(approval, "{\"decision\":\"allow\"}");

            assertThat(rest(events)).contains("event: tool_result", "written", "event: done");
        }
        assertThat(work.resolve("out.txt")).hasContent("once");
    }

    @Test
    void aTurnThatIsDeletedWithdrawsItsCall() throws Exception {
        try (EventReader events = daemon.stream("POST", STREAM, HI)) {
            parked(events);
            String turn =
                    daemon.get("/api/v1/approvals")
                            .body()
                            .replaceAll(".*\"turn\":\"([^\"]*)\".*", "$1");

            assertThat(daemon.send("DELETE", "/api/v1/turns/" + turn, "").statusCode())
                    .isLessThan(300);

            daemon.awaitBody("/api/v1/approvals", "\"state\":\"withdrawn\"");
        }
    }
}
