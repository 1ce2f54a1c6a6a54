package dev.culvert.daemon.api.agents;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One client that watches the fleet. Confined to its event loop, except where noted. */
/*
 * It is given a little at a time, and the next when it has taken that: first the snapshot, from the id
 * where it is, then the agents that changed meanwhile, each as it is by then. So a client that stands
 * still costs a few pieces and a set of ids, and gets the newest state when it reads again.
 */
final class Watcher implements FleetListener {
    private static final EventType SNAPSHOT = EventType.of("snapshot");
    private static final EventType AGENT = EventType.of("agent");
    private static final EventType REMOVED = EventType.of("removed");
    private static final byte[] BEGIN = "{\"agents\":[".getBytes(US_ASCII);
    private static final byte[] COMMA = ",".getBytes(US_ASCII);
    private static final byte[] END = "]}".getBytes(US_ASCII);
    private static final int BATCH_BYTES = 32 * 1024;

    private final EventsRoute route;
    private final Visible fleet;
    private final EventLoop loop;
    private final SseStream events;
    private final PiecePace pace;

    /** Of the fleet, from which on it is told of changes. */
    private long revision;

    /** Ids of agents that are to be shown, or whose removal is. */
    private final Set<String> changed = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean woken = new AtomicBoolean();

    /** The last agent of the snapshot that was written; null when all of it is. */
    private @Nullable String snapshotUpTo = "";

    Watcher(
            EventsRoute route,
            Visible fleet,
            EventLoop loop,
            Answer responder,
            Duration keepalive,
            Duration stallTimeout) {
        this.route = route;
        this.fleet = fleet;
        this.loop = loop;
        events = SseStream.open(responder, keepalive, SseStream::comment, this::forget);
        pace = new PiecePace(loop, stallTimeout, events::unsentBytes, events::whenSent, this::cut);
    }

    /** Watches the fleet, and writes it as it is now. */
    void begin() {
        fleet.watch(this);
        revision = fleet.revision();
        events.beginEvent(SNAPSHOT);
        events.more(Unpooled.wrappedBuffer(BEGIN));
        writeMore();
    }

    /** Called on any thread: an agent was added, removed or changed. */
    @Override
    public void onAny(Agent agent) {
        if (changed.add(agent.id()) && woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                writeMore();
            });
        }
    }

    private void writeMore() {
        if (pace.awaitsClient()) {
            return;
        }
        int written = 0;
        int next = 1;
        while (next > 0 && written < BATCH_BYTES && events.isOpen()) {
            next = snapshotUpTo == null ? writeChange() : writePiece(snapshotUpTo);
            written += next;
        }
        if (written > 0 && events.isOpen()) {
            pace.await(this::writeMore);
        }
    }

    private int writePiece(String after) {
        AgentPieces.Piece piece = route.pieces().after(fleet, after, revision, loop);
        if (piece == null) {
            events.more(Unpooled.wrappedBuffer(END));
            events.endEvent();
            snapshotUpTo = null;
            return END.length;
        }
        if (!after.isEmpty()) {
            events.more(Unpooled.wrappedBuffer(COMMA));
        }
        events.more(piece.json());
        snapshotUpTo = piece.last();
        return piece.json().readableBytes();
    }

    /** The agent as it is by now, so that the last event is right, however many there were. */
    private int writeChange() {
        Iterator<String> ids = changed.iterator();
        if (!ids.hasNext()) {
            return 0;
        }
        String id = ids.next();
        ids.remove();
        Agent agent = fleet.find(id);
        ByteBuf data =
                agent == null
                        ? Json.object(json -> json.writeStringField("id", id))
                        : Json.object(json -> AgentJson.writeMembers(json, agent));
        int bytes = data.readableBytes();
        events.event(agent == null ? REMOVED : AGENT, data);
        data.release();
        return bytes;
    }

    /** A client that takes nothing is cut: it gets the whole fleet when it comes back. */
    private void cut() {
        forget();
        events.abort();
    }

    /** From any thread. */
    void end() {
        loop.execute(() -> {
            forget();
            if (snapshotUpTo == null) {
                events.end();
            } else {
                events.abort(); // a part of a snapshot is none
            }
        });
    }

    private void forget() {
        pace.cancel();
        fleet.unwatch(this);
        route.forget(this);
    }
}
