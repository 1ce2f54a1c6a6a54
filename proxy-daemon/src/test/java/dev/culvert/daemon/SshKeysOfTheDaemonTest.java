package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SshKeysOfTheDaemonTest {
    private static final String KEYS = "/api/v1/keys";

    @TempDir private Path folder;

    private TestDaemon daemon() throws Exception {
        return TestDaemon.start("{\"state_dir\": \"%s\"}".formatted(folder.resolve("state")));
    }

    @Test
    void aKeyIsMadeShownRotatedAndRemoved() throws Exception {
        try (TestDaemon daemon = daemon()) {
            HttpResponse<String> made = daemon.post(KEYS, "{\"name\": \"k\"}");
            assertThat(made.statusCode()).isEqualTo(201);
            assertThat(made.body()).contains("\"type\":\"ED25519\"").doesNotContain("PRIVATE");
            assertThat(made.headers().firstValue("culvert-op")).isPresent();
            assertThat(daemon.get(KEYS + "/k").body()).isEqualTo(made.body());
            assertThat(daemon.get(KEYS).body()).contains(made.body()).contains("\"next\":null");
            assertThat(folder.resolve("state/keys/k")).exists();

            HttpResponse<String> rotated = daemon.post(KEYS + "/k/rotate", "");
            assertThat(field(rotated, "former")).isEqualTo(field(made, "fingerprint"));

            assertThat(daemon.send("DELETE", KEYS + "/k", "").statusCode()).isEqualTo(204);
            assertThat(daemon.get(KEYS + "/k").statusCode()).isEqualTo(404);
        }
    }

    private static String field(HttpResponse<String> answer, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(answer.body());
        assertThat(found.find()).as(answer.body()).isTrue();
        return found.group(1);
    }

    @Test
    void aKeyOutlivesTheDaemon() throws Exception {
        String fingerprint;
        try (TestDaemon daemon = daemon()) {
            fingerprint = field(daemon.post(KEYS, "{\"name\": \"k\"}"), "fingerprint");
        }
        try (TestDaemon daemon = daemon()) {
            assertThat(field(daemon.get(KEYS + "/k"), "fingerprint")).isEqualTo(fingerprint);
        }
    }

    @Test
    void mistakesAreTheClients() throws Exception {
        try (TestDaemon daemon = daemon()) {
            daemon.post(KEYS, "{\"name\": \"k\"}");
            for (String body :
                    List.of("{}", "{\"name\": \"../k\"}", "{\"name\": \"b\", \"type\": \"dsa\"}")) {
                assertThat(daemon.post(KEYS, body).statusCode()).as(body).isEqualTo(400);
            }
            assertThat(daemon.post(KEYS, "{\"name\": \"k\"}").statusCode()).isEqualTo(409);
            HttpResponse<String> refused =
                    daemon.put(KEYS + "/k/certificate", "{\"certificate\": \"x\"}");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("This is no certificate");
            assertThat(daemon.get(KEYS + "/..%2Fculvert.db").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void takesACertificate() throws Exception {
        Path given = Path.of("src/test/resources/dev/culvert/daemon/sshkeys");
        try (TestDaemon daemon = daemon()) {
            Path keys = Files.createDirectories(folder.resolve("state/keys"));
            Files.writeString(keys.resolve("signed"), "");
            Files.copy(given.resolve("signed.pub"), keys.resolve("signed.pub"));
            String line = Files.readString(given.resolve("signed-cert.pub")).strip();

            HttpResponse<String> kept =
                    daemon.put(
                            KEYS + "/signed/certificate",
                            "{\"certificate\": \"%s\"}".formatted(line));

            assertThat(kept.statusCode()).as(kept.body()).isEqualTo(200);
            assertThat(field(kept, "certificate")).isEqualTo(field(kept, "fingerprint"));
        }
    }

    @Test
    void withoutAStateDirItSaysWhyThereAreNone() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> refused = daemon.post(KEYS, "{\"name\": \"k\"}");

            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("state_dir");
        }
    }

    @Test
    void callersOfATenantHaveNoneEvenWithTheScope() throws Exception {
        try (TestDaemon daemon = daemon()) {
            String root =
                    field(
                            daemon.post(
                                    "/api/v1/tokens", "{\"name\":\"root\",\"roles\":[\"admin\"]}"),
                            "token");
            String[] asRoot = {"authorization", "Bearer " + root};
            String tenant =
                    field(
                            daemon.send(
                                    "POST",
                                    "/api/v1/tokens",
                                    "{\"name\":\"t\",\"tenant\":\"acme\",\"scopes\":[\"reach\"]}",
                                    asRoot),
                            "token");
            String[] asTenant = {"authorization", "Bearer " + tenant};

            assertThat(daemon.send("GET", KEYS, "", asTenant).statusCode()).isEqualTo(403);
            assertThat(daemon.send("GET", KEYS, "", asRoot).statusCode()).isEqualTo(200);
        }
    }
}
