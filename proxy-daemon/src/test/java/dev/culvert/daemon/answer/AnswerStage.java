package dev.culvert.daemon.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.auth.AuthObserver;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.MemoryTokens;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.auth.Quotas;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.auth.UserNames;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.TurnIds;
import dev.culvert.daemon.turn.TurnObserver;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Failure;
import dev.culvert.link.LinkObserver;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One client and one agent without sockets: the test plays both, and moves the time. */
final class AnswerStage implements AutoCloseable {
    static final String FEATURES = "\"features\":[\"credit\",\"cancel\",\"resume\"]";

    /** What the observers were told, a few words each. */
    final List<String> counted = new ArrayList<>();

    final Admission admission = new Admission();
    private final EmbeddedLink link = new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final SlowChannel client = new SlowChannel();
    private final Account account =
            new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    private final Turns turns;
    private final TurnAnswers answers;
    private final Agent agent;
    private final List<DialListener> waiting = new ArrayList<>();
    private final String credentials;
    private boolean connects = true;
    private String turn = "";

    /** A channel to a client that can stop reading. */
    private static final class SlowChannel extends EmbeddedChannel {
        private boolean stuck;

        @Override
        protected void doWrite(ChannelOutboundBuffer in) throws Exception {
            if (!stuck) {
                super.doWrite(in);
            }
        }
    }

    AnswerStage() throws IOException {
        this(DaemonSettings.DEFAULTS);
    }

    AnswerStage(DaemonSettings settings) throws IOException {
        this(settings, Grant.Limits.NONE);
    }

    /** For a client with a token of these limits. */
    AnswerStage(DaemonSettings settings, Grant.Limits limits) throws IOException {
        Supplier<AuthSettings> auth = settings::auth;
        Tokens tokens = new Tokens(new MemoryTokens(), auth, InstantSource.system());
        Grant grant = new Grant("ci", null, Set.of(), Set.of("admin"), limits);
        credentials = "authorization: Bearer " + tokens.create(grant, null).secret() + "\r\n";
        Quotas quotas =
                new Quotas(settings::limits, () -> client.eventLoop().ticker().nanoTime(), _ -> {});
        Callers callers = new Callers(tokens, auth, new UserNames(), quotas, AuthObserver.NONE);
        TestRoads roads = new TestRoads(client.eventLoop(), (_, listener) -> dial(listener));
        Fleet fleet = new Fleet(DesiredStore.NONE, () -> FleetSettings.DEFAULTS, roads::to);
        fleet.source(AgentSource.API)
                .put(
                        new AgentSettings(
                                "a",
                                "default",
                                AgentAddress.parse("tcp://127.0.0.1:1"),
                                Optional.empty(),
                                List.of()));
        agent = Objects.requireNonNull(fleet.find("a"));
        turns = new Turns(fleet, TurnIds.ofThisProcess(), () -> settings, new Cancels());
        answers = new TurnAnswers(turns, admission, () -> settings, new Streams());
        CountingObserver observer = new CountingObserver();
        client.freezeTime();
        client.pipeline()
                .addLast(
                        new HttpPipeline(
                                HttpServer.of(HttpSettings.DEFAULTS, observer, account.whole()),
                                new Router(List.of(new TestRoute()), observer, callers),
                                account::whole));
        client.pipeline().fireChannelActive();
    }

    private void dial(DialListener listener) {
        if (connects) {
            listener.onLink(link.link());
        } else {
            waiting.add(listener);
        }
    }

    /** From now on a link is dialled until the test says how that ends. */
    void dialsForLong() {
        connects = false;
    }

    void dial() {
        waiting.removeFirst().onLink(link.link());
        run();
    }

    void failToDial() {
        waiting.removeFirst().onFailure(new Failure.Unreachable("nobody listens"));
        run();
    }

    /** The agent says what it can. */
    void announce(String members) {
        link.receive("heartbeat", "", "{\"instance\":\"i1\"," + members + "}");
    }

    /** The whole of a turn, or its events. */
    void ask(String path) {
        send(
                "POST %s HTTP/1.1\r\nhost: localhost\r\n%scontent-length: 2\r\n\r\n{}"
                        .formatted(path, credentials));
    }

    /** Comes back to the turn that was begun last. */
    void resume(long after, boolean eventsOnly) {
        resume(turn, after, eventsOnly);
    }

    void resume(String id, long after, boolean eventsOnly) {
        String accept = eventsOnly ? "text/event-stream" : "*/*";
        send(
                "GET /resume?turn=%s&after=%d HTTP/1.1\r\nhost: localhost\r\n%saccept: %s\r\n\r\n"
                        .formatted(id, after, credentials, accept));
    }

    /** A turn that this daemon has not begun, and may be at the agent. */
    String otherTurn() {
        return turns.ids().mint(agent);
    }

    private void send(String text) {
        client.writeInbound(Unpooled.copiedBuffer(text, UTF_8));
        run();
    }

    private void run() {
        client.runPendingTasks();
        link.channel().runPendingTasks();
        client.runPendingTasks();
    }

    /** The next frame that the agent got; empty where there is none. */
    String asked() {
        String frame = link.sent();
        if (frame.contains("\"type\":\"message\"") || frame.contains("\"type\":\"resume\"")) {
            int start = frame.indexOf("\"id\":\"") + 6;
            turn = frame.substring(start, frame.indexOf('"', start));
        }
        return frame;
    }

    void chunk(long seq, String content, boolean done) {
        reply("chunk", seq, "{\"content\":\"" + content + "\",\"done\":" + done + "}");
    }

    /**
     * @param seq 0 for none
     */
    void reply(String type, long seq, String payload) {
        if (seq > 0) {
            link.receive(type, turn, seq, payload);
        } else {
            link.receive(type, turn, payload);
        }
        run();
    }

    void loseLink() {
        link.channel().close();
        run();
    }

    /** The client takes nothing from now on. */
    void stopReading() {
        client.stuck = true;
    }

    void readAgain() {
        client.stuck = false;
        client.flush();
        run();
    }

    /** The client goes; a close would also end the time of its channel. */
    void leave() {
        client.pipeline().fireChannelInactive();
        run();
    }

    void pass(Duration time) {
        client.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        client.runScheduledPendingTasks();
        run();
    }

    boolean isConnected() {
        return client.isOpen();
    }

    /** All that the client was sent since the last call. */
    String told() {
        StringBuilder told = new StringBuilder();
        for (ByteBuf out; (out = client.readOutbound()) != null; out.release()) {
            told.append(out.toString(UTF_8));
        }
        return told.toString();
    }

    void cutAll() {
        turns.cutAll();
        run();
    }

    @Override
    public void close() {
        turns.cutAll();
        client.stuck = false;
        client.finishAndReleaseAll();
        link.close();
    }

    private final class TestRoute implements Route {
        @Override
        public Set<HttpMethod> methods() {
            return Set.of(HttpMethod.GET, HttpMethod.POST);
        }

        @Override
        public List<String> templates() {
            return List.of("/whole", "/stream", "/once", "/resume");
        }

        @Override
        public Need need(HttpMethod method) {
            return Need.NOTHING;
        }

        @Override
        public void handle(Request request, Answer answer) {
            switch (request.path()) {
                case "/whole" ->
                        answers.whole(
                                request,
                                answer,
                                agent,
                                request.body(),
                                new JoinedChunks(answer.allocator()));
                case "/stream" ->
                        answers.stream(request, answer, agent, request.body(), PlainEvents::new);
                case "/once" ->
                        answers.stream(request, answer, agent, request.body(), PlainEvents::once);
                default -> {
                    boolean eventsOnly = "text/event-stream".equals(request.header(Header.ACCEPT));
                    ResumePoint point =
                            new ResumePoint(Long.parseLong(query(request, "after")), eventsOnly);
                    answers.resume(
                            request, answer, query(request, "turn"), point, PlainEvents::new, null);
                }
            }
        }

        private String query(Request request, String name) {
            return Objects.requireNonNull(request.query(name));
        }
    }

    private final class Cancels implements TurnObserver {
        @Override
        public void onCancelled(CancelCause cause) {
            counted.add("cancelled " + cause);
        }

        @Override
        public void onResumed(boolean byClient) {}

        @Override
        public void onQueued(long nanos) {
            counted.add("queued");
        }

        @Override
        public void onStopped(CancelCause cause, long nanos) {}
    }

    private final class Streams implements StreamObserver {
        @Override
        public void onStarted() {
            counted.add("started");
        }

        @Override
        public void onFirstEvent(Answer answer, boolean isResumed, long nanos) {
            counted.add(isResumed ? "first event, resumed" : "first event");
        }

        @Override
        public void onGaps(long averageNanos, long longestNanos) {
            counted.add(
                    "gaps of %d ms, up to %d ms"
                            .formatted(
                                    TimeUnit.NANOSECONDS.toMillis(averageNanos),
                                    TimeUnit.NANOSECONDS.toMillis(longestNanos)));
        }

        @Override
        public void onBehind(int change) {}

        @Override
        public void onSlowedDown() {
            counted.add("slowed down");
        }

        @Override
        public void onEnded(End end, long nanos) {
            counted.add("ended " + end);
        }
    }
}
