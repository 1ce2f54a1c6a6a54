package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether a runtime answers. */
@Timeout(60)
class RuntimeProbeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static CompletableFuture<ProbeAnswer> ask(RuntimeDriver driver, Duration within)
            throws Exception {
        CompletableFuture<ProbeAnswer> answer = new CompletableFuture<>();
        driver.onLoop(() -> driver.runtime().probe(driver.loop(), within, answer::complete));
        return answer;
    }

    private static ProbeAnswer answer(RuntimeDriver driver, Duration within) throws Exception {
        return ask(driver, within).get(30, TimeUnit.SECONDS);
    }

    @Test
    void aRuntimeIsAskedForItsModelsAndAnyStatusIsAnAnswer() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.answer(404, "text/plain", "no such page"));
                RuntimeDriver driver = RuntimeDriver.of(runtime.base())) {
            assertThat(answer(driver, LONG)).isEqualTo(new ProbeAnswer(404, null));
            ScriptedRuntime.Request request = runtime.request();
            assertThat(request.line()).isEqualTo("GET /v1/models HTTP/1.1");
            assertThat(request.headers())
                    .containsEntry("authorization", "Bearer sk-secret")
                    .containsEntry("host", runtime.base().getRawAuthority());
            runtime.awaitCloseByClient();
        }
    }

    @Test
    void whoeverAsksMeanwhileGetsTheSameAnswer() throws Exception {
        CompletableFuture<Void> released = new CompletableFuture<>();
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(connection -> {
                            released.join();
                            ScriptedRuntime.answer(200, "application/json", "{}")
                                    .answer(connection);
                        });
                RuntimeDriver driver = RuntimeDriver.of(runtime.base())) {
            CompletableFuture<ProbeAnswer> first = ask(driver, LONG);
            CompletableFuture<ProbeAnswer> second = ask(driver, LONG);
            released.complete(null);
            assertThat(first.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(second.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(runtime.connections()).isEqualTo(1);
            assertThat(answer(driver, LONG).status()).isEqualTo(200);
            assertThat(runtime.connections()).isEqualTo(2);
        }
    }

    @Test
    void aSilentRuntimeDoesNotAnswerWithinTheTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                RuntimeDriver driver = RuntimeDriver.of(base(silent.getLocalPort()))) {
            assertThat(answer(driver, Duration.ofMillis(50)).trouble())
                    .isEqualTo("it did not answer within 0.05 s");
        }
    }

    @Test
    void nobodyWhoListensAndOneWhoHangsUpAndOneWhoSpeaksSomethingElseAreTold() throws Exception {
        int closed;
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            closed = server.getLocalPort();
        }
        try (RuntimeDriver driver = RuntimeDriver.of(base(closed))) {
            assertThat(answer(driver, LONG).trouble()).contains("refused");
        }
        try (ScriptedRuntime runtime = new ScriptedRuntime(ScriptedRuntime.raw("SSH-2.0-x\r\n"));
                RuntimeDriver driver = RuntimeDriver.of(runtime.base())) {
            assertThat(answer(driver, LONG).trouble()).isEqualTo("what it sends is not HTTP/1.1");
        }
        try (ScriptedRuntime runtime = new ScriptedRuntime(ScriptedRuntime.Connection::close);
                RuntimeDriver driver = RuntimeDriver.of(runtime.base())) {
            assertThat(answer(driver, LONG).trouble())
                    .isEqualTo("it closed the connection before it answered");
        }
    }

    @Test
    void aRuntimeThatAcceptsConnectionsIsThereAlsoIfItAnswersNothing() throws Exception {
        int port;
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                RuntimeDriver driver = RuntimeDriver.of(base(silent.getLocalPort()))) {
            port = silent.getLocalPort();
            assertThat(reach(driver)).isEmpty();
            assertThat(silent.accept().getInputStream().read()).isEqualTo(-1);
        }
        try (RuntimeDriver driver = RuntimeDriver.of(base(port))) {
            assertThat(reach(driver)).startsWith("Connection refused: ");
        }
    }

    /** Why it could not be reached; empty if it could. */
    private static String reach(RuntimeDriver driver) throws Exception {
        CompletableFuture<String> trouble = new CompletableFuture<>();
        driver.onLoop(() ->
                driver.runtime()
                        .reach(
                                driver.loop(),
                                LONG,
                                why -> trouble.complete(why == null ? "" : why)));
        return trouble.get(30, TimeUnit.SECONDS);
    }

    private static URI base(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }
}
