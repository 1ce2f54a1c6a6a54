package dev.culvert.mcp;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.Incoming.Answer;
import dev.culvert.mcp.Incoming.Notice;
import dev.culvert.mcp.Incoming.Question;
import dev.culvert.mcp.Incoming.Refusal;
import dev.culvert.mcp.McpException.Refused;
import dev.culvert.mcp.McpException.Unanswered;
import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Text;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is agreed with one server, and the requests to it. Its methods block; {@link #call} may be
 * called on many threads at once.
 */
final class McpConnection {
    private static final int LOOK_MILLIS = 50;
    private static final String CHANGED = "notifications/tools/list_changed";

    /** The errors by which a server says that it knows requests that stand for themselves. */
    private static final long HEADER_MISMATCH = -32_020;

    private static final long MISSING_CAPABILITY = -32_021;
    private static final long UNSUPPORTED_VERSION = -32_022;

    /** Whoever waits for the end of a call. */
    interface Watcher {
        boolean isCancelled();

        /** The server says how far it is. */
        void onProgress(String text);
    }

    private static final Watcher PATIENT =
            new Watcher() {
                @Override
                public boolean isCancelled() {
                    return Thread.currentThread().isInterrupted();
                }

                @Override
                public void onProgress(String text) {}
            };

    private final Wire wire;
    private final McpLimits limits;
    private final AtomicLong ids = new AtomicLong();

    /** Null while nothing is agreed. */
    private volatile @Nullable String revision;

    /** What comes where the server says nothing unasked. */
    private final Arrivals silence = new Arrivals(0);

    /** What the server says unasked. */
    private volatile Arrivals unasked = silence;

    private McpConnection(Wire wire, McpLimits limits) {
        this.wire = wire;
        this.limits = limits;
    }

    /**
     * Agrees with the server on a revision.
     *
     * @param beginsAtOnce whether it is known to begin with {@code initialize}
     */
    static McpConnection open(Wire wire, McpLimits limits, boolean beginsAtOnce)
            throws McpException {
        McpConnection connection = new McpConnection(wire, limits);
        Members server = beginsAtOnce ? null : connection.discover();
        boolean tellsChanges =
                (server == null ? connection.initialize() : server)
                        .members("capabilities")
                        .members("tools")
                        .isTrue("listChanged");
        if (tellsChanges) {
            connection.listen();
        }
        return connection;
    }

    /** The revision that is spoken. */
    String revision() {
        return String.valueOf(revision);
    }

    /** Null if the server must be asked by {@code initialize}. */
    private @Nullable Members discover() throws McpException {
        revision = Revision.MODERN;
        try {
            Members found = request("server/discover", Map.of(), limits.probe());
            List<Tree> supported = found.items("supportedVersions");
            if (supported.contains(new Text(Revision.MODERN))) {
                return found;
            }
            if (!supported.isEmpty()) {
                mustSpeakOneOfOurs(supported);
            }
        } catch (Refused e) {
            Refusal refusal = e.refusal();
            if (refusal.code() == UNSUPPORTED_VERSION) {
                mustSpeakOneOfOurs(refusal.data().items("supported"));
            } else if (refusal.code() == HEADER_MISMATCH || refusal.code() == MISSING_CAPABILITY) {
                throw e;
            }
        } catch (Unanswered e) {
            if (e.isGone()) {
                throw e;
            }
        }
        revision = null;
        return null;
    }

    private static void mustSpeakOneOfOurs(List<Tree> supported) throws McpException {
        if (Revision.LEGACY.stream().noneMatch(it -> supported.contains(new Text(it)))) {
            throw new McpException(
                    "speaks none of the revisions %s and %s of MCP, but %s"
                            .formatted(
                                    Revision.MODERN,
                                    String.join(", ", Revision.LEGACY),
                                    Quoted.sentence(new Tree.Items(supported).json())));
        }
    }

    private Members initialize() throws McpException {
        revision = null;
        Members server = request("initialize", Outgoing.introduction(), limits.patience());
        String agreed = server.text("protocolVersion");
        if (agreed == null || !Revision.LEGACY.contains(agreed)) {
            throw new McpException(
                    "answered initialize with the revision '%s' of MCP, which is none of %s"
                            .formatted(
                                    Quoted.word(String.valueOf(agreed)),
                                    String.join(", ", Revision.LEGACY)));
        }
        revision = agreed;
        wire.send(Outgoing.notice("notifications/initialized", agreed, Map.of()));
        return server;
    }

    private void listen() throws McpException {
        if (isModern()) {
            Members wanted = new Members(Map.of("toolsListChanged", new Tree.Truth(true)));
            Outgoing listen =
                    Outgoing.modern(
                            ids.incrementAndGet(),
                            "subscriptions/listen",
                            Map.of("notifications", wanted),
                            Map.of());
            Arrivals told = wire.send(listen);
            unasked = wire.isShared() ? wire.unasked(Revision.MODERN) : told;
        } else {
            unasked = wire.unasked(revision());
        }
    }

    /** Whether each request stands for itself. */
    boolean isModern() {
        return Revision.MODERN.equals(revision);
    }

    /**
     * Waits until the server says that its tools have changed; false if it does not in time.
     *
     * @throws McpException if it cannot say it any more
     */
    boolean awaitChange(Duration most) throws McpException {
        Arrivals from = wire.isShared() ? wire.unasked(revision()) : unasked;
        long deadline = System.nanoTime() + most.toNanos();
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            Incoming said = left <= 0 ? null : from.next(left);
            switch (said) {
                case null -> {
                    if (left <= 0) {
                        return false;
                    }
                }
                case Notice notice -> {
                    if (notice.method().equals(CHANGED)) {
                        return true;
                    }
                }
                case Question question -> reply(question);
                case Answer _, Refusal _ -> {
                    if (!wire.isShared()) {
                        stopListening(); // the stream of changes is over
                        return true;
                    }
                }
            }
        }
    }

    /** The server says nothing unasked any more. */
    void stopListening() {
        unasked = silence;
    }

    /** Somebody found that it may be lost: whoever awaits a change lists its tools. */
    void suspect() {
        unasked.offer(new Notice(CHANGED, Members.NONE));
    }

    /** All tools that the server lists, checked. */
    ToolList tools() throws McpException {
        ToolList list = new ToolList(limits);
        String cursor = null;
        for (int page = 0; page < limits.pages(); page++) {
            Map<String, Tree> params =
                    cursor == null ? Map.of() : Map.of("cursor", new Text(cursor));
            Members result = request("tools/list", params, limits.patience());
            list.add(result.items("tools"));
            cursor = result.text("nextCursor");
            if (cursor == null) {
                return list;
            }
        }
        throw new McpException("lists its tools on more than " + limits.pages() + " pages");
    }

    /**
     * Calls a tool.
     *
     * @param arguments an object
     */
    Members call(ToolList.Listed tool, Members arguments, Duration patience, Watcher watcher)
            throws McpException {
        Map<String, Tree> params = new HashMap<>();
        params.put("name", new Text(tool.name()));
        params.put("arguments", arguments);
        long id = ids.incrementAndGet();
        return request(
                isModern()
                        ? Outgoing.modern(
                                id, "tools/call", params, tool.headers().headers(arguments))
                        : Outgoing.legacy(id, "tools/call", revision, params),
                patience,
                watcher);
    }

    private Members request(String method, Map<String, Tree> params, Duration patience)
            throws McpException {
        long id = ids.incrementAndGet();
        return request(
                isModern()
                        ? Outgoing.modern(id, method, params, Map.of())
                        : Outgoing.legacy(id, method, revision, params),
                patience,
                PATIENT);
    }

    private Members request(Outgoing request, Duration patience, Watcher watcher)
            throws McpException {
        Arrivals arrivals = wire.send(request);
        boolean answered = false;
        try {
            Members result = answer(request.id(), arrivals, patience, watcher);
            answered = true;
            return result;
        } catch (Refused e) {
            answered = true;
            throw e;
        } finally {
            if (!answered) {
                cancel(request);
            }
            wire.forget(request.id());
        }
    }

    private Members answer(long id, Arrivals arrivals, Duration patience, Watcher watcher)
            throws McpException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            if (watcher.isCancelled()) {
                throw new Unanswered("was not waited for any more", false);
            }
            switch (arrivals.next(LOOK_MILLIS)) {
                case null -> {
                    if (System.nanoTime() - deadline > 0) {
                        throw new Unanswered(
                                "did not answer within " + patience.toMillis() / 1000.0 + " s",
                                false);
                    }
                }
                case Answer answer when answer.id() == id -> {
                    return answer.result();
                }
                case Refusal refusal when refusal.id() == id || !wire.isShared() ->
                        throw new Refused(
                                refusal,
                                "answered with the error "
                                        + refusal.code()
                                        + ": "
                                        + Quoted.sentence(refusal.message()));
                case Answer _, Refusal _ -> {
                    // to what was asked before, and is not waited for any more
                }
                case Notice notice -> tellProgress(notice, watcher);
                case Question question -> reply(question);
            }
        }
    }

    private static void tellProgress(Notice notice, Watcher watcher) {
        if (notice.method().equals("notifications/progress")) {
            String text = notice.params().text("message");
            watcher.onProgress(text == null ? progress(notice.params()) : text);
        }
    }

    private static String progress(Members params) {
        StringBuilder text = new StringBuilder("[progress ").append(number(params, "progress"));
        if (params.get("total") instanceof Tree.Numeral) {
            text.append(" of ").append(number(params, "total"));
        }
        return text.append(']').toString();
    }

    private static String number(Members params, String name) {
        return params.get(name) instanceof Tree.Numeral number
                ? Quoted.cut(number.text(), 20)
                : "?";
    }

    /* A server that cannot be told is gone, which whoever waits for its answer is told. */
    private void cancel(Outgoing request) {
        String agreed = revision;
        if (agreed == null || (isModern() && !wire.isShared())) {
            return; // over HTTP, the end of the connection says it; initialize is not cancelled
        }
        try {
            wire.send(
                    Outgoing.notice(
                            "notifications/cancelled",
                            agreed,
                            Map.of("requestId", new Tree.Numeral(Long.toString(request.id())))));
        } catch (McpException _) {
            // as said above
        }
    }

    private void reply(Question question) throws McpException {
        if (!isModern()) { // where a server may ask nothing
            wire.send(Outgoing.reply(question, revision));
        }
    }
}
