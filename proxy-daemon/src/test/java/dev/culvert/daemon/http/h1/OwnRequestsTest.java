package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.OwnRequests;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of the daemon itself. */
class OwnRequestsTest {
    private final Account account =
            new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    private final CountingObserver observer = new CountingObserver();
    private final EventLoop loop = new DefaultEventLoop();
    private final OwnRequests own =
            new OwnRequests(new Shares<>(account, "memory.client_share", () -> 25), observer);
    private String answer = "";
    private boolean gone;

    @AfterEach
    void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void serve() {
        own.serve(
                new Router(
                        List.of(
                                new TestRoute(HttpMethod.POST, "/echo/{what}", this::echo),
                                new TestRoute(
                                        HttpMethod.GET,
                                        "/never",
                                        (_, it) -> it.onGone(() -> gone = true))),
                        observer,
                        Callers.anybody()));
    }

    private void echo(Request request, Answer to) {
        String text =
                "%s %s %s %s %s"
                        .formatted(
                                request.parameter("what"),
                                request.caller().name(),
                                request.id(),
                                request.header(Header.IDEMPOTENCY_KEY),
                                request.body().toString(StandardCharsets.UTF_8));
        to.whole(CREATED, TestServer.TEXT, TestServer.text(text));
    }

    private InnerCall ask(HttpMethod method, String uri) {
        OwnRequests.Ask ask =
                new OwnRequests.Ask(Caller.ANYBODY, loop, "run.step", method, uri, "a-key");
        return loop.submit(() ->
                        own.begin(
                                ask,
                                Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8),
                                new InnerCall.Expected(
                                        1_000,
                                        (status, _, _, body) ->
                                                answer =
                                                        status.code()
                                                                + " "
                                                                + body.toString(
                                                                        StandardCharsets.UTF_8))))
                .syncUninterruptibly()
                .getNow();
    }

    @Test
    void aRouteAnswersThemForTheirCaller() {
        serve();
        ask(HttpMethod.POST, "/echo/this");

        assertThat(answer).isEqualTo("201 this anybody run.step a-key {}");
        assertThat(observer.events()).contains("ended /echo/{what} POST 201");
    }

    @Test
    void aPathThatNothingServesIsAProblem() {
        serve();
        ask(HttpMethod.GET, "/nothing");

        assertThat(answer).startsWith("404 ");
    }

    @Test
    void beforeThereAreRoutesTheyAreRefused() {
        ask(HttpMethod.GET, "/never");

        assertThat(answer).startsWith("503 ").contains("is starting");
    }

    @Test
    void theOneWhoAsksMayLeave() {
        serve();
        InnerCall call = ask(HttpMethod.GET, "/never");
        loop.submit(call::cancel).syncUninterruptibly();

        assertThat(gone).isTrue();
        assertThat(answer).isEmpty();
    }
}
