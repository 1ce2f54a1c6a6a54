package dev.culvert.daemon.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Workers;
import dev.culvert.testing.Eventually;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests whose bodies may be large, at a server with one event loop. */
@Timeout(60)
class LargeRequestsTest {
    private static final int LARGE = LargeRequests.LARGE_BYTES;

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Workers workers = new Workers("test", 1, 0);
    private final LargeRequests requests = new LargeRequests(new OffLoop(workers, workers));
    private final HttpClient http = HttpClient.newHttpClient();
    private Supplier<RuntimeException> failure = () -> new IllegalStateException("not asked for");
    private boolean fails;

    private final Route route =
            new TestRoute(
                    HttpMethod.POST,
                    "/v1/chat/large",
                    (request, answer) ->
                            requests.read(request, answer, () -> read(request, answer)));
    private final TestServer server = new TestServer(settings(), route);

    @AfterEach
    void close() {
        goOn.countDown();
        http.close();
        server.close();
        workers.close();
    }

    private static HttpSettings settings() {
        TestServer.SettingsBuilder settings = new TestServer.SettingsBuilder();
        settings.maxFrontBodyBytes = 2 * LARGE;
        return settings.build();
    }

    private Runnable read(Request request, Answer answer) {
        int bytes = request.body().readableBytes();
        String thread = Thread.currentThread().getName();
        if (bytes >= LARGE) {
            begun.countDown();
            await(goOn);
        }
        if (fails) {
            throw failure.get();
        }
        return () -> {
            if (answer.isOpen()) {
                answer.whole(
                        HttpResponseStatus.OK,
                        TestServer.TEXT,
                        TestServer.text(bytes + " " + thread));
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<HttpResponse<String>> post(int bytes) {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri("/v1/chat/large"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes]))
                        .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private void assertThatNothingIsHeld() {
        Eventually.await(() -> assertThat(server.account.heldBytes(HeldKind.BODIES)).isZero());
    }

    @Test
    void othersAreAnsweredWhileALargeBodyIsRead() throws Exception {
        CompletableFuture<HttpResponse<String>> large = post(LARGE);
        await(begun);
        assertThat(server.account.heldBytes(HeldKind.BODIES)).isGreaterThanOrEqualTo(2L * LARGE);

        assertThat(post(LARGE - 1).get().body()).startsWith(LARGE - 1 + " ");
        assertThat(large).isNotDone();

        goOn.countDown();
        assertThat(large.get().body()).isEqualTo(LARGE + " test-0");
        assertThatNothingIsHeld();
    }

    @Test
    void aSmallBodyIsReadOnTheEventLoop() throws Exception {
        assertThat(post(LARGE - 1).get().body()).contains("test-http");
    }

    @Test
    void moreThanMayWaitAreRefused() throws Exception {
        CompletableFuture<HttpResponse<String>> first = post(LARGE);
        await(begun);
        HttpResponse<String> second = post(LARGE).get();
        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.body()).contains("workers.queue");
        goOn.countDown();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThatNothingIsHeld();
    }

    @Test
    void whatIsWrongWithALargeBodyIsAnswered() throws Exception {
        failure = () -> ProblemException.badRequest("no good");
        fails = true;
        goOn.countDown();
        HttpResponse<String> answer = post(LARGE).get();
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("no good");
        assertThatNothingIsHeld();
    }

    @Test
    void aBugIsAnsweredToo() throws Exception {
        fails = true;
        goOn.countDown();
        assertThat(post(LARGE).get().statusCode()).isEqualTo(500);
        assertThatNothingIsHeld();
    }
}
