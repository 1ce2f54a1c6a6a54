package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An identity that is revoked, or gets another key, while its agent answers. */
@Timeout(60)
@LoopCounts
class RevokeTest {
    private static final String IDENTITY = "/api/v1/agents/web/identity";
    private static final String REASON = "the identity of the agent was revoked";

    /** Takes the guest some ten seconds. */
    private static final String WORDS =
            IntStream.range(0, 200).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));

    private static final String SLOWLY = "\"echo_delay\": \"50ms\",";

    @Parameter int eventLoops;
    @TempDir Path folder;

    /** How a client asks. */
    enum Dialect {
        OWN("", "{'role':'user','content':'%s'}", "done {"),
        CHAT(
                "/v1/chat/completions",
                "{'model':'web','stream':STREAM,'messages':[{'role':'user','content':'%s'}]}",
                "[DONE]"),
        RESPONSES(
                "/v1/responses",
                "{'model':'web','stream':STREAM,'input':'%s'}",
                "response.completed"),
        MESSAGES(
                "/v1/messages",
                "{'model':'web','stream':STREAM,'max_tokens':9,"
                        + "'messages':[{'role':'user','content':'%s'}]}",
                "message_stop"),
        MCP(
                "/mcp",
                "{'jsonrpc':'2.0','id':7,'method':'tools/call','params':{'name':'ask',"
                        + "'arguments':{'agent':'web','message':'%s'},'_meta':{'progressToken':1}}}",
                "\"result\":");

        private final String path;
        private final String body;

        /** What only a whole answer has. */
        private final String end;

        Dialect(String path, String body, String end) {
            this.path = path;
            this.body = body;
            this.end = end;
        }

        String path(boolean streams) {
            return this == OWN ? "/api/v1/agents/web/" + (streams ? "stream" : "message") : path;
        }

        String body(boolean streams, String words) {
            return body.formatted(words)
                    .replace('\'', '"')
                    .replace("STREAM", Boolean.toString(streams));
        }

        String[] headers(boolean streams) {
            return this == MCP
                    ? new String[] {
                        "accept",
                        streams ? "application/json, text/event-stream" : "application/json",
                        "mcp-protocol-version",
                        "2025-11-25"
                    }
                    : new String[] {"content-type", "application/json"};
        }
    }

    private TestDaemon daemon() throws Exception {
        return TestDaemon.start("{\"event_loops\": " + eventLoops + "}");
    }

    private static RawEvents stream(TestDaemon daemon, Dialect dialect, String words)
            throws Exception {
        return new RawEvents(
                daemon, dialect.path(true), dialect.body(true, words), dialect.headers(true));
    }

    private static void awaitEvent(RawEvents events, String text) throws Exception {
        while (!events.next().contains(text)) {
            // those before it
        }
    }

    /** When the answer is there. */
    private static long revoke(TestDaemon daemon) throws Exception {
        assertThat(daemon.send("DELETE", IDENTITY, "").statusCode()).isEqualTo(204);
        return System.nanoTime();
    }

    private static void assertWithinASecond(long since) {
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @EnumSource
    void endsAStreamWithAnErrorThatSaysWhy(Dialect dialect) throws Exception {
        try (TestDaemon daemon = daemon();
                JoinedGuest _ = JoinedGuest.start(daemon, "web", folder, SLOWLY);
                RawEvents events = stream(daemon, dialect, WORDS)) {
            awaitEvent(events, "w3 ");

            long revoked = revoke(daemon);
            List<String> rest = events.rest();

            assertWithinASecond(revoked);
            assertThat(rest.getLast()).contains(REASON);
            assertThat(rest).noneMatch(event -> event.contains(dialect.end));
            assertThat(events.isBroken()).isEqualTo(dialect != Dialect.OWN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesAWholeAnswerAnErrorThatSaysWhy(Dialect dialect) throws Exception {
        try (TestDaemon daemon = daemon();
                JoinedGuest _ = JoinedGuest.start(daemon, "web", folder, SLOWLY)) {
            CompletableFuture<HttpResponse<String>> asked =
                    daemon.begin(
                            "POST",
                            dialect.path(false),
                            dialect.body(false, WORDS),
                            dialect.headers(false));
            daemon.awaitAgent("web", "\"turns_in_flight\":1");

            long revoked = revoke(daemon);
            HttpResponse<String> answer = asked.get(10, TimeUnit.SECONDS);

            assertWithinASecond(revoked);
            assertThat(answer.statusCode()).isEqualTo(dialect == Dialect.MCP ? 200 : 502);
            assertThat(answer.body()).contains(REASON, "\"error\":").doesNotContain("w3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherKeyDisturbsNoStream(Dialect dialect) throws Exception {
        String words = "v0 v1 v2 v3 v4 v5 v6 v7 v8 v9";
        try (TestDaemon daemon = daemon();
                JoinedGuest _ = JoinedGuest.start(daemon, "web", folder, SLOWLY);
                RawEvents events = stream(daemon, dialect, words)) {
            awaitEvent(events, "v1 ");

            assertThat(daemon.post(IDENTITY + "/rotate", "").statusCode()).isEqualTo(200);

            String rest = String.join("\n", events.rest());
            assertThat(rest).contains("v9", dialect.end).doesNotContain("\"error\":{");
            assertThat(events.isBroken()).isFalse();
        }
    }
}
