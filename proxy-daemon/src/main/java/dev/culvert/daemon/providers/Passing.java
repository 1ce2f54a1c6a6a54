package dev.culvert.daemon.providers;

import dev.culvert.about.Units;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Blame;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.settings.SecretText;
import dev.culvert.upstream.UpstreamCall;
import dev.culvert.upstream.UpstreamFailure;
import dev.culvert.upstream.UpstreamFailure.Kind;
import dev.culvert.upstream.UpstreamListener;
import dev.culvert.upstream.UpstreamRequest;
import dev.culvert.upstream.UpstreamServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request that passes through to a provider, and the answer that passes back. Confined to its
 * event loop.
 */
/* One class of some 300 lines, because what an event means depends on how far the request has got. */
final class Passing {
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** The same provider may answer better a moment later. */
    private static final Set<Integer> AGAIN = Set.of(500, 502, 503, 504, 529);

    private static final int TOO_MANY = 429;

    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";

    /** What passes from the provider to the client, besides the type of the body. */
    private static final Set<String> PASSED =
            Set.of(
                    "retry-after",
                    "retry-after-ms",
                    "x-should-retry",
                    "openai-processing-ms",
                    "openai-version");

    /** The beginnings of what passes, too, if nobody else's use can be seen in it. */
    private static final List<String> OF_USE = List.of("x-ratelimit-", "anthropic-ratelimit-");

    private static final AsciiString TOOLS_LEFT_OUT =
            AsciiString.cached("x-culvert-tools-left-out");

    private final Passage passage;
    private final List<Provider> providers;
    private final Duration stall;
    private final ByteBuf body;
    private final Holding ofRequest;
    private final Holding ofAnswer;
    private boolean holdsRequest = true;
    private int which;
    private int tries;
    private @Nullable UpstreamCall call;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable PassedBody passed;

    /** Whether the attempt that has failed may have cost something. */
    private boolean sent;

    private boolean waiting;
    private boolean over;

    /**
     * Retains the request's body.
     *
     * @param providers to ask, in order; not empty
     * @param stall how long the client may read nothing although data waits for it
     */
    Passing(Passage passage, List<Provider> providers, Duration stall) {
        this.passage = passage;
        this.providers = providers;
        this.stall = stall;
        Request request = passage.request();
        body = request.body().retain();
        ofRequest = open(HeldKind.MESSAGES);
        ofRequest.set(body.readableBytes());
        ofAnswer = open(HeldKind.ANSWERS);
    }

    private Holding open(HeldKind kind) {
        return passage.answer()
                .client()
                .open(kind, loop(), share -> fail(Problem.of(OverMemory.excess(share))));
    }

    void begin() {
        passage.answer().onGone(this::leave);
        passage.request().onDenied(this::fail);
        attempt();
    }

    private Provider provider() {
        return providers.get(which);
    }

    private EventLoop loop() {
        return passage.request().eventLoop();
    }

    private void attempt() {
        if (over) {
            return;
        }
        tries++;
        sent = false;
        Provider provider = provider();
        ProviderKey key = provider.key();
        if (provider.server() == null) {
            failed(Kind.UNREACHABLE, provider.trouble());
        } else if (key == null) {
            send(null);
        } else {
            key.take(
                    loop(),
                    new ProviderKey.Listener() {
                        @Override
                        public void onKey(SecretText secret) {
                            send(secret);
                        }

                        @Override
                        public void onNoKey(String why) {
                            failed(Kind.UNREACHABLE, "it has no key: " + why);
                        }
                    });
        }
    }

    private void send(@Nullable SecretText secret) {
        UpstreamServer server = provider().server();
        if (over || server == null) {
            return;
        }
        HttpHeaders headers;
        try {
            headers = provider().headers(passage.request(), secret);
        } catch (IllegalArgumentException _) {
            failed(Kind.UNREACHABLE, "its key has characters that no header may have");
            return;
        }
        passage.answer().reached(Phase.WAITING);
        ProviderApi api = passage.api();
        ByteBuf forProvider = passage.body(provider());
        // TLS encrypts all of it at once, whatever the socket takes.
        int encrypted = server.url().isTls() ? forProvider.readableBytes() : 0;
        ofRequest.set(body.readableBytes() + encrypted);
        call =
                server.send(
                        loop(),
                        new UpstreamRequest(
                                api.method(),
                                api.pathAt(provider().settings().kind()),
                                headers,
                                forProvider),
                        new Attempt());
        forProvider.release();
    }

    /** One request to one provider; what comes of it after another one has begun is not told. */
    private final class Attempt implements UpstreamListener {
        @Override
        public void onHead(HttpResponseStatus status, HttpHeaders headers) {
            Passing.this.onHead(status, headers);
        }

        @Override
        public void onContent(ByteBuf content) {
            PassedBody to = passed;
            if (to == null) {
                return;
            }
            switch (to.content(content)) {
                case GO_ON -> ofAnswer.set(to.heldBytes());
                case WAIT -> {
                    ofAnswer.set(to.heldBytes());
                    waitForClient(to);
                }
                case CLOSE -> finish();
            }
        }

        @Override
        public void onEnd() {
            call = null;
            PassedBody to = passed;
            if (to != null) {
                to.end();
                finish();
            }
        }

        @Override
        public boolean maySendAgain() {
            return passage.maySendAgain();
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            sent = failure.kind() != Kind.UNREACHABLE;
            call = null;
            failed(failure.kind(), failure.why());
        }
    }

    private void onHead(HttpResponseStatus status, HttpHeaders headers) {
        Provider provider = provider();
        passage.observer().onAnswered(provider.name(), status.code());
        if (AGAIN.contains(status.code()) && askAgain(true)) {
            return;
        }
        if (status.code() == TOO_MANY && askAgain(false)) {
            return;
        }
        letGoOfRequest(); // it is not sent again
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)
                || status.equals(HttpResponseStatus.FORBIDDEN)) {
            refusesKey(status);
            return;
        }
        Answer answer = passage.answer();
        AsciiString type = AsciiString.of(headers.get(HttpHeaderNames.CONTENT_TYPE, JSON));
        boolean showsUse = provider.mayShowUse(passage.request().caller());
        for (Map.Entry<String, String> header : headers) {
            if (isPassed(header.getKey(), showsUse)) {
                answer.header(AsciiString.of(header.getKey()), header.getValue());
            }
        }
        if (passage.leavesToolsOut(provider)) {
            answer.header(TOOLS_LEFT_OUT, String.join(", ", passage.asked().hosted().names()));
        }
        if (status.code() != HttpResponseStatus.OK.code()) {
            passed = new RefusalBody(answer, status, type);
        } else if (headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                && !headers.contains(HttpHeaderNames.CONTENT_ENCODING, "identity", true)) {
            fail(problem(HttpResponseStatus.BAD_GATEWAY, "it packs an answer, unasked"));
        } else {
            answer.reached(Phase.STREAMING);
            passed =
                    isEvents(type)
                            ? new EventBody(passage, provider.name(), type)
                            : new PlainBody(passage, type);
        }
    }

    private static boolean isPassed(String name, boolean showsUse) {
        String lower = name.toLowerCase(Locale.ROOT);
        return PASSED.contains(lower) || (showsUse && OF_USE.stream().anyMatch(lower::startsWith));
    }

    /** What it says of a key may contain parts of it, which are not for clients. */
    private void refusesKey(HttpResponseStatus status) {
        UpstreamCall refused = call;
        call = null;
        if (refused != null) {
            refused.cancel();
        }
        fail(
                Problem.of(
                                HttpResponseStatus.BAD_GATEWAY,
                                "The provider '%s' refuses the key that the daemon has for it, or what is asked with it (status %d): ask whoever runs the daemon. \"providers\" in its settings says where the key is."
                                        .formatted(provider().name(), status.code()))
                        .member("code", "provider_refused_key")
                        .blamedOn(Blame.PROVIDER));
    }

    private static boolean isEvents(AsciiString type) {
        return type.toString().toLowerCase(Locale.ROOT).startsWith(EVENTS);
    }

    private void waitForClient(PassedBody to) {
        UpstreamCall from = call;
        if (waiting || from == null) {
            return;
        }
        waiting = true;
        from.reading(false);
        timer = loop().schedule(this::onStalled, stall.toMillis(), TimeUnit.MILLISECONDS);
        to.whenCaughtUp(() -> {
            waiting = false;
            stopTimer();
            if (!over) {
                from.reading(true);
            }
        });
    }

    private void onStalled() {
        fail(
                Problem.of(
                                HttpResponseStatus.REQUEST_TIMEOUT,
                                "The client has read nothing for %s (turns.stall_timeout): read"
                                                .formatted(Units.text(stall))
                                        + " the answer while it comes.")
                        .member("code", "slow_consumer")
                        .blamedOn(Blame.CLIENT));
    }

    /** No answer, or not all of it. */
    private void failed(Kind kind, String why) {
        if (over) {
            return;
        }
        passage.observer().onFailed(provider().name());
        if (passed != null) {
            fail(problem(HttpResponseStatus.BAD_GATEWAY, why));
        } else if (!askAgain(kind == Kind.UNREACHABLE || kind == Kind.LOST)) {
            fail(
                    problem(
                            kind == Kind.SILENT
                                    ? HttpResponseStatus.GATEWAY_TIMEOUT
                                    : HttpResponseStatus.BAD_GATEWAY,
                            why));
        }
    }

    private Problem problem(HttpResponseStatus status, String why) {
        return Problem.of(
                        status,
                        "The provider '%s' has not answered: %s. Try again; \"providers\" in the daemon's settings says where it is."
                                .formatted(provider().name(), why))
                .member("code", "provider_failed")
                .blamedOn(Blame.PROVIDER);
    }

    /**
     * Asks the same provider, or the next one.
     *
     * @return false if there is none left
     */
    private boolean askAgain(boolean maySame) {
        boolean same = maySame && tries <= provider().settings().retries();
        if (!same && which + 1 >= providers.size()) {
            return false;
        }
        if (sent && !passage.maySendAgain()) {
            return false;
        }
        sent = false;
        passage.observer().onAskedAgain(provider().name());
        UpstreamCall before = call;
        call = null;
        if (before != null) {
            before.cancel();
        }
        if (same) {
            long most = PAUSE.toMillis() * tries;
            long millis = ThreadLocalRandom.current().nextLong(most / 2, most);
            timer = loop().schedule(this::attempt, millis, TimeUnit.MILLISECONDS);
        } else {
            which++;
            tries = 0;
            attempt();
        }
        return true;
    }

    /** Tells the client why it gets no answer, or no more of it. */
    private void fail(Problem why) {
        if (over) {
            return;
        }
        Answer answer = passage.answer();
        if (passed != null) {
            passed.breakOff(why);
        } else if (answer.isOpen()) {
            answer.problem(why);
        }
        finish();
    }

    /** The client has left. */
    private void leave() {
        finish();
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        stopTimer();
        UpstreamCall running = call;
        call = null;
        if (running != null) {
            running.cancel();
        }
        letGoOfRequest();
        ofAnswer.set(0);
        if (passed != null) {
            passed.drop();
        }
        boolean mayHaveWorked =
                passed == null ? sent || (running != null && running.wasSent()) : isAnswer(passed);
        if (mayHaveWorked) {
            passage.settle(provider().name());
        } else {
            passage.giveBack();
        }
    }

    private void letGoOfRequest() {
        if (holdsRequest) {
            holdsRequest = false;
            ofRequest.set(0);
            body.release();
        }
    }

    private static boolean isAnswer(PassedBody body) {
        return switch (body) {
            case EventBody _, PlainBody _ -> true;
            case RefusalBody _ -> false;
        };
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
