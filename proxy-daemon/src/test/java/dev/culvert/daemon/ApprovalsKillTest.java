package dev.culvert.daemon;

import static dev.culvert.daemon.ApprovingGuest.ARGUMENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditLog;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is killed after each step of an approval, and the next one each time. */
@Timeout(120)
class ApprovalsKillTest {
    private static final String PATH = "/api/v1/approvals";
    private static final String CLAIM = "c".repeat(22);

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private DaemonProcess daemon(ApprovingGuest guest) throws IOException {
        Path file = directory.resolve("culvertd.jsonc");
        Files.writeString(
                file,
                "{\"state_dir\": \"%s\", \"home\": {\"backoff_min\": \"10ms\"}, %s}"
                        .formatted(directory.resolve("state"), TestDaemon.agents(guest.guest())));
        return DaemonProcess.start(
                "serve", "--config", file.toString(), "--http", "tcp://127.0.0.1:0");
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private String get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).build()).body();
    }

    private int decide(String url, String decision) {
        return send(HttpRequest.newBuilder(URI.create(url))
                        .POST(BodyPublishers.ofString("{\"decision\":\"" + decision + "\"}"))
                        .build())
                .statusCode();
    }

    /** The address of the daemon, once the guest has its home link. */
    private String ready(DaemonProcess process) throws IOException {
        String address = process.after("listening on ");
        Eventually.await(() -> assertThat(get(address + "/api/v1/agents/a")).contains("\"ready\""));
        return address;
    }

    private static void kill(DaemonProcess process) throws Exception {
        process.signal("KILL");
        process.exitCode();
    }

    @Test
    void nothingThatWasSaidIsUndoneAndNothingRunsTwice() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start()) {
            String approval = guest.newId();
            String approve =
                    ApprovingGuest.approve(approval, "t1", ARGUMENTS, Duration.ofMinutes(5));
            try (DaemonProcess process = daemon(guest)) {
                String url = ready(process) + PATH;
                guest.send("approve", approve);
                Eventually.await(() -> assertThat(get(url)).contains(approval));
                kill(process);
            }
            try (DaemonProcess process = daemon(guest)) {
                String url = ready(process) + PATH + "/" + approval;
                assertThat(get(url)).contains("\"state\":\"pending\"");
                assertThat(decide(url, "allow")).isEqualTo(200);
                kill(process);
            }
            try (DaemonProcess process = daemon(guest)) {
                String url = ready(process) + PATH + "/" + approval;
                assertThat(decide(url, "deny")).isEqualTo(409);
                assertThat(guest.answer(guest.send("approve", approve)))
                        .contains("\"decision\":\"allow\"");
                assertThat(guest.answer(guest.claim(approval, CLAIM)))
                        .contains("\"type\":\"claimed\"");
                kill(process);
            }
            try (DaemonProcess process = daemon(guest)) {
                ready(process);
                assertThat(guest.answer(guest.claim(approval, "d".repeat(22))))
                        .contains("\"code\":\"approval_used\"");
                assertThat(guest.answer(guest.claim(approval, CLAIM)))
                        .contains("\"code\":\"approval_unknown\"");
                assertThat(guest.answer(guest.sureClaim(approval, CLAIM)))
                        .contains("\"type\":\"claimed\"");
                kill(process);
            }
        }
        Path audit = directory.resolve("state/audit/audit.log");
        assertThat(AuditLog.verify(audit, null)).isInstanceOf(Verdict.Sound.class);
        assertThat(Files.readString(audit))
                .containsPattern("(?s)\"allow\".*\"used\".*\"claim_refused\"");
    }
}
