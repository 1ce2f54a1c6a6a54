package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedProvider.Asked;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits between providers and clients is on the daemon's one account. */
@Timeout(60)
class ProvidersMemoryTest {
    private static final int MIB = 1 << 20;
    private static final String CHAT = "/providers/llm/v1/chat/completions";
    private static final String BODY = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String ANSWERS = "culvert_held_bytes{kind=\"answers\"}";

    private final List<Socket> clients = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
    }

    private static TestDaemon daemon(ScriptedProvider provider, String memory) throws Exception {
        return TestDaemon.start(
                "{\"providers\": [%s], \"memory\": {\"max_held_bytes\": \"4MiB\", \"client_share\": \"100%%\"%s}}"
                        .formatted(provider.openAi("llm", ", \"retries\": 0"), memory));
    }

    private Socket ask(TestDaemon daemon) throws IOException {
        Socket client = daemon.connect();
        clients.add(client);
        client.getOutputStream()
                .write(
                        "POST %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
                                .formatted(CHAT, BODY.length(), BODY)
                                .getBytes(UTF_8));
        return client;
    }

    @Test
    void theBeginningOfAnEventIsCountedUntilItsEndHasCome() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon = daemon(provider, "")) {
            Socket client = ask(daemon);
            Asked asked = provider.next();
            asked.wire().beginEvents();
            asked.wire().chunk("data: " + "x".repeat(MIB / 2));
            daemon.awaitMetric(ANSWERS, held -> held >= MIB / 2);

            asked.wire().chunk("\n\n");
            daemon.awaitMetric(ANSWERS, held -> held == 0);
            asked.wire().end();

            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).contains("xxx");
        }
    }

    @Test
    void streamsThatHoldTheMostEndInWordsWhenMoreIsHeldThanMayBe() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon = daemon(provider, "")) {
            List<Asked> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ask(daemon);
                Asked asked = provider.next();
                asked.wire().beginEvents();
                all.add(asked);
            }
            for (Asked asked : all) {
                try {
                    asked.wire().chunk("data: " + "x".repeat(MIB - 1024));
                } catch (IOException _) {
                    // it was among those that ended
                }
            }
            daemon.awaitMetric("culvert_held_ended_total{kind=\"answers\"}", ended -> ended >= 1);
            daemon.awaitMetric(ANSWERS, held -> held <= 4.0 * MIB);
            for (Asked asked : all) {
                asked.wire().close();
            }

            List<String> answers = new ArrayList<>();
            for (Socket client : clients) {
                answers.add(new String(client.getInputStream().readAllBytes(), UTF_8));
            }
            assertThat(answers)
                    .anySatisfy(answer ->
                            assertThat(answer)
                                    .contains("data: {\"error\":", "memory.max_held_bytes"));
        }
    }

    @Test
    void pastTheHighMarkNoProviderIsAsked() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                TestDaemon daemon =
                        daemon(
                                provider,
                                ", \"high_mark\": \"10%\", \"body_share\": \"9%\","
                                        + " \"agent_share\": \"100%\"")) {
            ask(daemon);
            Asked asked = provider.next();
            asked.wire().beginEvents();
            asked.wire().chunk("data: " + "x".repeat(MIB - 1024));
            daemon.awaitMetric(ANSWERS, held -> held >= MIB / 2);

            HttpResponse<String> refused = daemon.get("/providers/llm/v1/models");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("memory.max_held_bytes");
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(provider.waiting()).isZero();
        }
    }
}
