package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that fit no frame, from a client through both programs to a runtime, and back. */
@Timeout(90)
class LargeMessageTest {
    private static final String ASK = "/api/v1/agents/a/message";
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String LARGE = "\"http\": {\"max_body_bytes\": \"32MiB\"},";
    private static final String[] KEY = {"Idempotency-Key", "order 4711"};
    private static final int MEBIBYTE = 1 << 20;

    /** A conversation with so many mebibytes of images. */
    private static String conversation(int mebibytes) {
        String image =
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,%s\"}}"
                        .formatted("iVBO/Rw0".repeat(MEBIBYTE / 8));
        return "{\"messages\":[{\"role\":\"user\",\"content\":[%s{\"type\":\"text\",\"text\":\"What is \\\"é漢🙂\\\"?\"}]}]}"
                .formatted((image + ",").repeat(mebibytes));
    }

    /** Says what conversation it was asked to continue. */
    private static final class FakeRuntime implements AutoCloseable {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final AtomicInteger asked = new AtomicInteger();
        private final HttpServer server;

        FakeRuntime() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext(
                    "/",
                    exchange -> {
                        asked.incrementAndGet();
                        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                        String messages = body.substring(body.indexOf("\"messages\":"));
                        String said =
                                "data: {\"choices\":[{\"delta\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
                                        .formatted(seen(messages));
                        exchange.getResponseHeaders().add("content-type", "text/event-stream");
                        exchange.sendResponseHeaders(200, 0);
                        exchange.getResponseBody().write(said.getBytes(UTF_8));
                        exchange.close();
                    });
            server.start();
        }

        int asked() {
            return asked.get();
        }

        /** What it says to a conversation that reaches it unchanged. */
        static String answerTo(String conversation) {
            return seen(conversation.substring(1)); // without the brace before
        }

        private static String seen(String messages) {
            return "%d characters, hash %d".formatted(messages.length(), messages.hashCode());
        }

        Guest guest(String more) throws Exception {
            String text =
                    "{\"listen\": \"tcp://127.0.0.1:0\", \"runtime\": \"http://127.0.0.1:%d\", \"drain\": \"0s\"%s}"
                            .formatted(server.getAddress().getPort(), more);
            return Guest.start(
                    Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                    Systemd.ABSENT);
        }

        @Override
        public void close() {
            server.stop(0);
            threads.close();
        }
    }

    /** Passes everything on, but cuts the first connection that carries so much to the guest. */
    private static final class CuttingRelay implements AutoCloseable {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final ServerSocket server =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private final AtomicInteger cuts = new AtomicInteger();
        private final int port;
        private final long mostBytes;

        CuttingRelay(Guest guest, long mostBytes) throws IOException {
            port = ((AgentAddress.Tcp) guest.address()).port();
            this.mostBytes = mostBytes;
            threads.submit(this::accept);
        }

        private Void accept() throws IOException {
            while (true) {
                Socket host = server.accept();
                Socket guest = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.addAll(List.of(host, guest));
                threads.submit(() -> pass(host, guest, mostBytes));
                threads.submit(() -> pass(guest, host, Long.MAX_VALUE));
            }
        }

        private Void pass(Socket from, Socket to, long most) throws IOException {
            byte[] bytes = new byte[64 * 1024];
            long passed = 0;
            try (from;
                    to) {
                for (int read = from.getInputStream().read(bytes);
                        read >= 0;
                        read = from.getInputStream().read(bytes)) {
                    passed += read;
                    if (passed > most && cuts.getAndIncrement() == 0) {
                        return null;
                    }
                    to.getOutputStream().write(bytes, 0, read);
                }
            }
            return null;
        }

        AgentAddress address() {
            return AgentAddress.parse("tcp://127.0.0.1:" + server.getLocalPort());
        }

        int cuts() {
            return cuts.get();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            threads.close();
        }
    }

    private static TestDaemon daemon(Guest guest, String more) throws Exception {
        return daemon(LARGE, guest, more);
    }

    private static TestDaemon daemon(String limit, Guest guest, String more) throws Exception {
        return daemon(limit + more, guest.address());
    }

    private static TestDaemon daemon(String more, AgentAddress guest) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{%s\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                                .formatted(more, guest));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    @Test
    void reachesTheRuntimeAsItWasAndItsAnswerComesBack() throws Exception {
        String large = conversation(20);
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest("");
                TestDaemon daemon = daemon(guest, "\"event_loops\": 2,")) {
            HttpResponse<String> answer = daemon.post(ASK, large);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains(FakeRuntime.answerTo(large));
            try (EventReader events = daemon.stream("POST", STREAM, large)) {
                List<Event> all = events.rest();
                assertThat(all.getFirst().data()).contains(FakeRuntime.answerTo(large));
                assertThat(all.getLast().type()).isEqualTo("done");
            }
            daemon.awaitMetric("culvert_held_bytes{kind=\"messages\"}", 0);
        }
    }

    @Test
    void theFrontsTakeThemByDefault() throws Exception {
        String chat = conversation(20);
        String image =
                "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"%s\"}}"
                        .formatted("iVBO/Rw0".repeat(20 * MEBIBYTE / 8));
        String messages =
                "{\"model\":\"a\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}"
                        .formatted(image);
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest("");
                TestDaemon daemon = daemon("", guest, "\"event_loops\": 2,")) {
            HttpResponse<String> completion =
                    daemon.post("/v1/chat/completions", "{\"model\":\"a\"," + chat.substring(1));
            HttpResponse<String> message = daemon.post("/v1/messages", messages);

            assertThat(completion.statusCode()).as(completion.body()).isEqualTo(200);
            assertThat(completion.body()).contains(FakeRuntime.answerTo(chat));
            assertThat(message.statusCode()).as(message.body()).isEqualTo(200);
            assertThat(message.body()).containsPattern("2097[0-9]{4} characters");
            assertThat(daemon.post(ASK, chat).statusCode()).isEqualTo(413);
        }
    }

    @Test
    void theyComeOverHttp2WithTlsToo(@TempDir Path directory) throws Exception {
        TestCertificates made = new TestCertificates();
        String http =
                """
                "event_loops": 2,
                "http": {
                  "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                  "tls": {"cert": "%s", "key": "%s"}
                },
                """
                        .formatted(
                                Files.writeString(
                                        directory.resolve("cert.pem"), made.chain("server")),
                                Files.writeString(
                                        directory.resolve("key.pem"), made.key("server")));
        String large = conversation(20);
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest("");
                TestDaemon daemon = daemon(http, guest.address());
                HttpClient client =
                        HttpClient.newBuilder().sslContext(made.client(false)).build()) {
            int port = ((AgentAddress.Tcp) daemon.daemon().addresses().getLast()).port();
            URI uri = URI.create("https://127.0.0.1:" + port + "/v1/chat/completions");
            String body = "{\"model\":\"a\"," + large.substring(1);

            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build(),
                            BodyHandlers.ofString());

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains(FakeRuntime.answerTo(large));
        }
    }

    @Test
    void manyAtOnceLeaveRoomForSmallOnes() throws Exception {
        String large = conversation(6);
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest("");
                TestDaemon daemon = daemon(guest, "\"event_loops\": 2,")) {
            List<CompletableFuture<HttpResponse<String>>> answers =
                    List.of(
                            daemon.begin("POST", ASK, large),
                            daemon.begin("POST", ASK, large),
                            daemon.begin("POST", ASK, large));
            for (int i = 0; i < 10; i++) {
                assertThat(daemon.post("/api/v1/agents/a/ping", "").statusCode()).isEqualTo(200);
                assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
            }

            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().body()).contains(FakeRuntime.answerTo(large));
            }
        }
    }

    @Test
    void aRepeatedOneIsOneTurnAndAnotherOneWithItsKeyIsRefused() throws Exception {
        String large = conversation(5);
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest("");
                TestDaemon daemon = daemon(guest, "")) {
            String first = daemon.send("POST", ASK, large, KEY).body();
            String second = daemon.send("POST", ASK, large, KEY).body();

            assertThat(second).isEqualTo(first).contains(FakeRuntime.answerTo(large));
            assertThat(runtime.asked()).isEqualTo(1);
            assertThat(daemon.send("POST", ASK, large.replace("What", "who?"), KEY).statusCode())
                    .isEqualTo(422);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResetInTheMiddleCostsNothingButTime(boolean withKey) throws Exception {
        String large = conversation(8);
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest("");
                CuttingRelay relay = new CuttingRelay(guest, 3L * MEBIBYTE);
                TestDaemon daemon = daemon(LARGE, relay.address())) {
            String[] headers = withKey ? KEY : new String[0];

            HttpResponse<String> answer = daemon.send("POST", ASK, large, headers);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains(FakeRuntime.answerTo(large));
            assertThat(relay.cuts()).isPositive();
            assertThat(runtime.asked()).isEqualTo(1);
        }
    }

    @Test
    void oneThatIsLargerThanTheGuestTakesIsA413AlsoForAStream() throws Exception {
        try (FakeRuntime runtime = new FakeRuntime();
                Guest guest = runtime.guest(", \"max_message_bytes\": \"5MiB\"");
                TestDaemon daemon = daemon(guest, "")) {
            for (String path : List.of(ASK, STREAM)) {
                HttpResponse<String> answer = daemon.post(path, conversation(6));

                assertThat(answer.statusCode()).isEqualTo(413);
                assertThat(answer.body())
                        .contains(
                                "\"code\":\"message_too_large\"",
                                "the agent takes at most 5242880 (--max-message-bytes)");
            }
            assertThat(runtime.asked()).isZero();
        }
    }

    @Test
    void aGuestThatHasNotAnnouncedPartsGetsNoneAndItsClientA413() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = TestDaemon.with(LARGE, guest)) {
            HttpResponse<String> answer = daemon.post(ASK, conversation(5));

            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body())
                    .contains("at most 4192256 fit a frame", "the feature 'parts'")
                    .contains("\"code\":\"too_large\"");
            assertThat(guest.seen("parts")).isEmpty();
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void aSlowGuestSlowsItsOwnClientAndNobodyElse() throws Exception {
        String large = conversation(6);
        Semaphore parts = new Semaphore(0);
        AtomicInteger came = new AtomicInteger();
        try (ScriptedGuest guest =
                        ScriptedGuest.announcing("credit", "cancel", "resume", "parts")
                                .on(
                                        "part",
                                        part -> {
                                            came.addAndGet(textBytes(part));
                                            parts.release();
                                        });
                TestDaemon daemon = TestDaemon.with(LARGE, guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", ASK, large);
            Request begun = guest.take();
            assertThat(begun.type()).isEqualTo("parts");
            begun.reply("credit", "{\"bytes\":100000}");
            parts.acquire(2);

            daemon.awaitMetric(
                    "culvert_held_bytes{kind=\"messages\"}",
                    bytes -> bytes >= 6 * MEBIBYTE && bytes < 8 * MEBIBYTE);
            assertThat(daemon.post("/api/v1/agents/a/ping", "").statusCode()).isEqualTo(200);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"frames_out\"}"))
                    .isLessThan(MEBIBYTE);
            assertThat(came.get()).isEqualTo(100_000);
            assertThat(parts.tryAcquire()).as("more than it gave credit for").isFalse();
            assertThat(answer).isNotDone();

            begun.reply("credit", "{\"bytes\":10000000}");
            while (came.get() < large.getBytes(UTF_8).length) {
                parts.acquire();
            }
            begun.done("heard");

            assertThat(answer.get().body()).contains("heard");
        }
    }

    /** How much of its message a part has. */
    private static int textBytes(Request part) {
        String payload = part.payload();
        String json = payload.substring("{\"text\":\"".length(), payload.length() - "\"}".length());
        return json.replace("\\\"", "\"").replace("\\\\", "\\").getBytes(UTF_8).length;
    }

    @Test
    void aClientThatLeavesStopsWhatIsSent() throws Exception {
        try (ScriptedGuest guest =
                        ScriptedGuest.announcing("credit", "cancel", "resume", "parts")
                                .on("part", ScriptedGuest.SILENCE);
                TestDaemon daemon = TestDaemon.with(LARGE, guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", ASK, conversation(6));
            Request begun = guest.take();
            begun.reply("credit", "{\"bytes\":100000}");

            answer.cancel(true);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            cancel.error("cancelled", "as you wish");
            daemon.awaitMetric("culvert_held_bytes{kind=\"messages\"}", 0);
        }
    }

    @Test
    void whatWaitsForASlowGuestEndsWhenItIsTooMuch() throws Exception {
        String memory =
                "\"memory\": {\"max_held_bytes\": \"16MiB\", \"agent_share\": \"40%\", \"client_share\": \"100%\", \"body_share\": \"60%\"},";
        try (ScriptedGuest guest =
                        ScriptedGuest.announcing("credit", "cancel", "resume", "parts")
                                .on("part", ScriptedGuest.SILENCE);
                TestDaemon daemon = TestDaemon.with(LARGE + memory, guest)) {
            CompletableFuture<HttpResponse<String>> one =
                    daemon.begin("POST", ASK, conversation(4));
            assertThat(guest.take().type()).isEqualTo("parts");
            CompletableFuture<HttpResponse<String>> other =
                    daemon.begin("POST", ASK, conversation(4));
            Request second = guest.take();
            assertThat(second.type()).isEqualTo("parts");

            HttpResponse<String> ended = one.applyToEither(other, it -> it).get();

            assertThat(ended.statusCode()).isEqualTo(503);
            assertThat(ended.body())
                    .contains("\"code\":\"over_memory\"", "The message was not sent");
            assertThat(guest.take().type()).isEqualTo("cancel");
            assertThat(one.isDone() && other.isDone()).as("both ended").isFalse();
        }
    }

    @Test
    void aLinkThatIsLostInTheMiddleIsTriedOnceMore() throws Exception {
        try (ScriptedGuest guest =
                        ScriptedGuest.announcing("credit", "cancel", "resume", "parts")
                                .on("part", ScriptedGuest.SILENCE);
                TestDaemon daemon = TestDaemon.with(LARGE, guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", ASK, conversation(6));
            Request begun = guest.take();
            begun.reply("credit", "{\"bytes\":100000}");

            begun.link().close();

            Request again = guest.take();
            assertThat(again.type()).isEqualTo("parts");
            assertThat(again.id()).isEqualTo(begun.id());
            again.error("overloaded", "not now");
            assertThat(answer.get().statusCode()).isEqualTo(429);
        }
    }
}
