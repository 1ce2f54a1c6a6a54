package dev.culvert.daemon.steps;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OwnRequests;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/** Runs single steps, with routes that say what the test wants. */
final class StepBench implements AutoCloseable {
    private static final AsciiString JSON = AsciiString.cached("application/json");

    final EventLoops loops = EventLoops.start(1, "steps");
    final List<String> asked = new ArrayList<>();

    /** What ends the steps that were begun. */
    final List<Runnable> stops = new CopyOnWriteArrayList<>();

    private final List<Route> routes = new ArrayList<>();
    private final Account account =
            new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    private final CountingObserver observer = new CountingObserver();
    private final OwnRequests own =
            new OwnRequests(new Shares<>(account, "memory.client_share", () -> 25), observer);

    /** How a step ended. */
    record Ended(@Nullable Node output, @Nullable StepFailure failure) {
        String json() {
            Assertions.assertThat(failure).isNull();
            return Objects.requireNonNull(output).json();
        }

        StepFailure why() {
            return Objects.requireNonNull(failure);
        }
    }

    OwnAnswer own() {
        return new OwnAnswer(own, () -> 100_000);
    }

    /** With no MCP server. */
    ToolStep tool() {
        return new ToolStep(
                own(),
                new HostTools(() -> FlowSettings.DEFAULTS, Optional.empty(), loops),
                () -> 100_000);
    }

    /** Whoever asks for {@code template} gets this; what it asked is kept. */
    StepBench serving(HttpMethod method, String template, HttpResponseStatus status, String body) {
        routes.add(
                new TestRoute(
                        method,
                        template,
                        (request, answer) -> {
                            asked.add(line(request));
                            answer(answer, status, body);
                        }));
        own.serve(new Router(routes, observer, Callers.anybody()));
        return this;
    }

    StepBench serving(HttpMethod method, String template, String body) {
        return serving(method, template, OK, body);
    }

    private static String line(Request request) {
        return request.path()
                + " "
                + request.header(Header.IDEMPOTENCY_KEY)
                + " "
                + request.body().toString(StandardCharsets.UTF_8);
    }

    private static void answer(Answer answer, HttpResponseStatus status, String body) {
        answer.whole(status, JSON, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
    }

    Ended run(StepKind kind, String params) throws Exception {
        return run(kind, params, Caller.ANYBODY);
    }

    Ended run(StepKind kind, String params, Caller caller) throws Exception {
        return begin(kind, params, caller).get(20, TimeUnit.SECONDS);
    }

    CompletableFuture<Ended> begin(StepKind kind, String params, Caller caller) {
        CompletableFuture<Ended> ended = new CompletableFuture<>();
        StepInput input =
                new StepInput(
                        "fr_1",
                        "a",
                        1,
                        (Node.Members) Jsonc.read(params.replace('\'', '"')),
                        caller,
                        "default",
                        loops.next(),
                        Duration.ofSeconds(10));
        StepEnd end =
                new StepEnd() {
                    @Override
                    public void done(Node output) {
                        ended.complete(new Ended(output, null));
                    }

                    @Override
                    public void failed(StepFailure why) {
                        ended.complete(new Ended(null, why));
                    }
                };
        input.loop().execute(() -> stops.add(kind.run(input, end)));
        return ended;
    }

    @Override
    public void close() {
        loops.close();
    }
}
