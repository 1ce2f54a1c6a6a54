package dev.culvert.daemon;

import dev.culvert.link.BasePeer;
import dev.culvert.transport.AgentAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A guest of the base protocol whose part the test plays. Left alone it sends one heartbeat on each
 * connection, answers pings and acknowledges updates; a message waits until the test {@link #take
 * takes} it.
 */
final class ScriptedGuest implements Closeable {
    /** What the guest does when a request of some type comes. */
    interface Part {
        void play(Request request) throws IOException;
    }

    /** Says nothing, as if the request had not come. */
    static final Part SILENCE = _ -> {};

    static final Part ACKNOWLEDGE = request -> request.reply("config_ack", "{\"applied\":true}");

    private static final String READY = "{\"status\":\"ready\",\"uptime_secs\":1}";
    private static final long PATIENCE_SECONDS = 20;

    /** One request frame, and the connection on which to answer it. */
    record Request(BasePeer.Connection link, String type, String id, String payload, String json) {
        static Request of(BasePeer.Connection link, String json) {
            int payload = json.indexOf("\"payload\":");
            return new Request(
                    link,
                    BasePeer.text(json, "type"),
                    BasePeer.text(json, "id"),
                    payload < 0 ? "" : json.substring(payload + 10, json.length() - 1),
                    json);
        }

        void chunk(String content) throws IOException {
            link.chunk(id, content, false);
        }

        void done(String content) throws IOException {
            link.chunk(id, content, true);
        }

        /** A frame of the answer that has a number. */
        void numbered(long seq, String replyType, String replyPayload) throws IOException {
            link.write(
                    BasePeer.frame(
                            "{\"type\":\"%s\",\"id\":\"%s\",\"seq\":%d,\"payload\":%s}"
                                    .formatted(replyType, id, seq, replyPayload)));
        }

        void chunk(long seq, String content) throws IOException {
            numbered(seq, "chunk", "{\"content\":\"" + content + "\",\"done\":false}");
        }

        void done(long seq, String content) throws IOException {
            numbered(seq, "chunk", "{\"content\":\"" + content + "\",\"done\":true}");
        }

        void error(String code, String message) throws IOException {
            reply("error", "{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}");
        }

        /** A frame of the answer that has no payload. */
        void bare(String replyType) throws IOException {
            link.write(BasePeer.frame("{\"type\":\"%s\",\"id\":\"%s\"}".formatted(replyType, id)));
        }

        void reply(String replyType, String replyPayload) throws IOException {
            link.send(replyType, id, replyPayload);
        }
    }

    private volatile @Nullable String heartbeat;
    private final @Nullable Path socket;
    private final Map<String, Part> parts = new ConcurrentHashMap<>();
    private final BlockingQueue<Request> untaken = new LinkedBlockingQueue<>();
    private final List<Request> seen = new CopyOnWriteArrayList<>();
    private final List<BasePeer.Connection> links = new CopyOnWriteArrayList<>();
    private final Map<String, Request> readers = new HashMap<>();
    private volatile boolean arbitrates;
    private BasePeer peer;

    private ScriptedGuest(@Nullable String heartbeat, @Nullable Path socket) throws IOException {
        this.heartbeat = heartbeat;
        this.socket = socket;
        on("ping", request -> request.reply("pong", "{}"));
        on("config_update", ACKNOWLEDGE);
        on("context_update", ACKNOWLEDGE);
        peer = listen();
    }

    /** On a TCP port of its own. */
    static ScriptedGuest start() throws IOException {
        return new ScriptedGuest(READY, null);
    }

    /** Never sends a heartbeat. */
    static ScriptedGuest withoutHeartbeats() throws IOException {
        return new ScriptedGuest(null, null);
    }

    /** Its heartbeat says that it knows these features. */
    static ScriptedGuest announcing(String... features) throws IOException {
        return new ScriptedGuest(announcement("i1", features), null);
    }

    private static String announcement(String instance, String... features) {
        return "{\"status\":\"ready\",\"uptime_secs\":1,\"protocol\":\"1.1\",\"features\":[\""
                + String.join("\",\"", features)
                + "\"],\"instance\":\""
                + instance
                + "\",\"agent_version\":\"9.9\"}";
    }

    /** Its heartbeats say that its runtime is Anthropic's kind. */
    ScriptedGuest ofAnthropic() {
        String said = heartbeat;
        if (said == null) {
            throw new IllegalStateException("it sends no heartbeats");
        }
        heartbeat = said.replaceFirst("\\{", "{\"runtime_kind\":\"anthropic\",");
        return this;
    }

    /** From now on its heartbeats are those of another process. */
    void restarted(String... features) {
        heartbeat = announcement("i2", features);
    }

    /** From now on its links begin without a heartbeat. */
    void saysNothingAtFirst() {
        heartbeat = null;
    }

    /** From now on its links begin with this heartbeat. */
    void begins(String payload) {
        heartbeat = payload;
    }

    /** From now on its links begin with a heartbeat, by the same process as before. */
    void announces(String... features) {
        heartbeat = announcement("i1", features);
    }

    /** On a Unix socket, where it can be {@link #down} for a while and up again. */
    static ScriptedGuest on(Path socket) throws IOException {
        return new ScriptedGuest(READY, socket);
    }

    private BasePeer listen() throws IOException {
        return socket == null
                ? BasePeer.listenOnTcp(this::serve)
                : BasePeer.listenOnUnix(
                        socket.toString(), AgentAddress.parse("unix://" + socket), this::serve);
    }

    private void serve(BasePeer.Connection link) throws IOException {
        links.add(link);
        String greeting = heartbeat;
        if (greeting != null) {
            link.send("heartbeat", "", greeting);
        }
        for (String json = link.read(); json != null; json = link.read()) {
            Request request = Request.of(link, json);
            seen.add(request);
            if (arbitrates) {
                letRead(request);
            }
            Part part = parts.get(request.type());
            if (part == null) {
                untaken.add(request);
            } else {
                part.play(request);
            }
        }
    }

    /**
     * As a guest must: tells whoever read a turn before, on another link, that it is taken over.
     */
    ScriptedGuest lastComerReads() {
        arbitrates = true;
        return this;
    }

    private synchronized void letRead(Request request) {
        if (request.type().equals("message") || request.type().equals("resume")) {
            Request before = readers.put(request.id(), request);
            if (before != null && !before.link().equals(request.link())) {
                tellIfItIsThere(before);
            }
        }
    }

    private static void tellIfItIsThere(Request before) {
        try {
            before.error("taken_over", "the turn is read on another link");
        } catch (IOException _) {
            // Its link is lost, and nobody is left to be told.
        }
    }

    /** Who reads the turn of this id, where the last comer does. */
    synchronized Request reader(String id) {
        Request reader = readers.get(id);
        if (reader == null) {
            throw new AssertionError("nobody reads " + id);
        }
        return reader;
    }

    /** From now on a request of this type is answered so, and waits for no one. */
    ScriptedGuest on(String type, Part part) {
        parts.put(type, part);
        return this;
    }

    /** From now on a request of this type waits until it is taken. */
    ScriptedGuest hold(String type) {
        parts.remove(type);
        return this;
    }

    /** The next request that has no part. */
    Request take() throws InterruptedException {
        Request request = untaken.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request came; there were " + seen);
        }
        return request;
    }

    /** The next request that has no part, if it is there already. */
    @Nullable Request poll() {
        return untaken.poll();
    }

    /** The payloads of all requests of a type that have come, in order. */
    List<String> seen(String type) {
        return seen.stream()
                .filter(request -> request.type().equals(type))
                .map(Request::payload)
                .toList();
    }

    AgentAddress address() {
        return peer.address();
    }

    /** The connections on which the daemon has said that it takes approvals: its home links. */
    Set<BasePeer.Connection> homes() {
        return seen.stream()
                .filter(request -> request.type().equals("ping"))
                .filter(request -> request.payload().contains("\"approvals\":true"))
                .map(Request::link)
                .collect(Collectors.toSet());
    }

    /** Every connection that there was, the oldest first. */
    List<BasePeer.Connection> links() {
        return links;
    }

    /** Sends a frame that answers nothing, on every connection. */
    void tellAll(String type, String payload) throws IOException {
        for (BasePeer.Connection link : links) {
            link.send(type, "", payload);
        }
    }

    /** Dies: it listens no more, and every connection is closed. */
    void down() throws IOException {
        peer.close();
        if (socket != null) {
            Files.deleteIfExists(socket);
        }
    }

    /** Comes back where it was. */
    void up() throws IOException {
        links.clear();
        peer = listen();
    }

    @Override
    public void close() throws IOException {
        down();
    }
}
