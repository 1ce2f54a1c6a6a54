package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What clients are answered that have used as much as they may. */
class CallerLimitsTest {
    private static String token(TestDaemon daemon, String members, String... headers)
            throws Exception {
        HttpResponse<String> made =
                daemon.send("POST", "/api/v1/tokens", "{" + members + "}", headers);
        Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made.body());
        assertThat(token.find()).as(made.body()).isTrue();
        return token.group(1);
    }

    private static String[] bearer(String token) {
        return new String[] {"authorization", "Bearer " + token};
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void aRateOfATokenIsToldAndBeyondItRequestsAre429() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String admin = token(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
            String ci =
                    token(
                            daemon,
                            "\"name\":\"ci\",\"tenant\":\"acme\",\"roles\":[\"operator\"],\"rate\":\"2/h\"",
                            bearer(admin));

            HttpResponse<String> first = daemon.send("GET", "/api/v1/agents", "", bearer(ci));
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(header(first, "ratelimit-policy")).isEqualTo("\"token\";q=2;w=3600");
            assertThat(header(first, "ratelimit")).isEqualTo("\"token\";r=1;t=1800");
            assertThat(daemon.send("GET", "/api/v1/agents", "", bearer(ci)).statusCode())
                    .isEqualTo(200);

            HttpResponse<String> third = daemon.send("GET", "/api/v1/agents", "", bearer(ci));
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(third.body())
                    .contains("The token 'ci' may send requests at a rate of 2/h")
                    .contains("\"code\":\"rate_limited\"")
                    .contains("\"limit\":\"rate\"");
            assertThat(Integer.parseInt(header(third, "retry-after"))).isBetween(1700, 1800);
            assertThat(header(third, "ratelimit-policy")).isEqualTo("\"token\";q=2;w=3600");
            assertThat(header(third, "ratelimit")).startsWith("\"token\";r=0;t=");

            assertThat(daemon.send("GET", "/readyz", "", bearer(ci)).statusCode()).isEqualTo(200);
            HttpResponse<String> other = daemon.send("GET", "/api/v1/agents", "", bearer(admin));
            assertThat(other.statusCode()).isEqualTo(200);
            assertThat(header(other, "ratelimit")).isEmpty();
            assertThat(daemon.send("GET", "/metrics", "", bearer(admin)).body())
                    .contains("culvert_limits_refused_total{limit=\"token_rate\"} 1.0");
        }
    }

    @Test
    void beyondItsBytesASecondATokensRequestsAre429() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String admin = token(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
            String ci =
                    token(
                            daemon,
                            "\"name\":\"ci\",\"roles\":[\"viewer\"],\"bytes\":\"1B/s\"",
                            bearer(admin));

            HttpResponse<String> first = daemon.send("GET", "/api/v1/agents", "", bearer(ci));
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(header(first, "ratelimit-policy"))
                    .isEqualTo("\"token-bytes\";q=1;qu=\"content-bytes\";w=1");
            assertThat(header(first, "ratelimit")).isEqualTo("\"token-bytes\";r=1;t=0");

            HttpResponse<String> second = daemon.send("GET", "/api/v1/agents", "", bearer(ci));
            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(second.body())
                    .contains(
                            "The token 'ci' may receive and send 1B/s of bodies and has used more")
                    .contains("\"code\":\"rate_limited\"")
                    .contains("\"limit\":\"bytes\"");
            int bytes = first.body().length();
            assertThat(Integer.parseInt(header(second, "retry-after")))
                    .isBetween(bytes - 10, bytes);
            assertThat(header(second, "ratelimit")).startsWith("\"token-bytes\";r=0;t=");
            assertThat(daemon.send("GET", "/metrics", "", bearer(admin)).body())
                    .contains("culvert_limits_refused_total{limit=\"token_bytes\"} 1.0");
        }
    }

    @Test
    void turnsOfATenantAreLimitedUntilOneEnds() throws Exception {
        String limits = "\"limits\": {\"tenants\": [{\"tenant\": \"default\", \"turns\": 1}]},";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(limits, guest)) {
            String admin = token(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
            String ci =
                    token(
                            daemon,
                            "\"name\":\"ci\",\"tenant\":\"default\",\"roles\":[\"operator\"]",
                            bearer(admin));
            String path = "/api/v1/agents/a/message";

            CompletableFuture<HttpResponse<String>> running =
                    daemon.begin("POST", path, MESSAGE, bearer(ci));
            ScriptedGuest.Request message = guest.take();
            HttpResponse<String> refused = daemon.send("POST", path, MESSAGE, bearer(ci));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body())
                    .contains("The tenant 'default' may have 1 turns at once (limits.tenants")
                    .contains("\"limit\":\"turns\"");
            assertThat(refused.headers().allValues("ratelimit-policy"))
                    .containsExactly("\"tenant-turns\";q=1;qu=\"concurrent-requests\"");
            assertThat(header(refused, "retry-after")).isEqualTo("1");

            message.done("one");
            assertThat(running.join().statusCode()).isEqualTo(200);
            CompletableFuture<HttpResponse<String>> next =
                    daemon.begin("POST", path, MESSAGE, bearer(ci));
            guest.take().done("two");
            Eventually.await(() -> assertThat(next.join().body()).contains("two"));
        }
    }

    @Test
    void aClientThatComesBackToATurnIsNotRefusedForItsRate() throws Exception {
        try (ScriptedGuest guest =
                        ScriptedGuest.announcing("credit", "cancel", "resume").lastComerReads();
                TestDaemon daemon = TestDaemon.with("", guest)) {
            String admin = token(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
            String ci =
                    token(
                            daemon,
                            "\"name\":\"ci\",\"roles\":[\"operator\"],\"rate\":\"1/h\"",
                            bearer(admin));
            ScriptedGuest.Request turn;
            try (EventReader first =
                    daemon.stream("POST", "/api/v1/agents/a/stream", MESSAGE, bearer(ci))) {
                turn = guest.take();
                turn.chunk(1, "one");
                assertThat(first.next().data()).contains("one");
            }
            assertThat(daemon.send("GET", "/api/v1/agents", "", bearer(ci)).statusCode())
                    .isEqualTo(429);

            String path = "/api/v1/turns/" + turn.id() + "/stream";
            try (EventReader back = daemon.stream("GET", path + "?after=1", "", bearer(ci))) {
                ScriptedGuest.Request resume = guest.take();
                assertThat(resume.type()).isEqualTo("resume");
                resume.chunk(2, "two");
                assertThat(back.next().data()).contains("two");
            }
            String[] asBrowser = {
                "authorization", "Bearer " + ci, "last-event-id", turn.id() + ":2"
            };
            try (EventReader back =
                    daemon.stream("GET", "/api/v1/agents/a/stream?message=%7B%7D", "", asBrowser)) {
                guest.take().done(3, "three");
                assertThat(back.rest().getLast().type()).isEqualTo("done");
            }
            asBrowser[3] = "a.unknown:2";
            assertThat(daemon.send("GET", "/api/v1/agents/a/stream", "", asBrowser).statusCode())
                    .isEqualTo(429);
        }
    }
}
