package dev.culvert.daemon.api.agents;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Change;
import dev.culvert.daemon.fleet.ChangePoint;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.PiecePace;
import dev.culvert.daemon.sse.SseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One client that watches the fleet. Confined to its event loop, except where noted. */
/*
 * The client gets one piece at a time, and the next once that is sent: first the pieces of the snapshot, by id,
 * then the agents that have changed since, each in its newest state. So a client that does not read costs a few
 * pieces and the number of a change, and gets the newest state when it reads again. A client that comes back with
 * that number gets no snapshot.
 */
final class Watcher implements FleetListener {
    private static final EventType SNAPSHOT = EventType.of("snapshot");
    private static final EventType AGENT = EventType.of("agent");
    private static final EventType REMOVED = EventType.of("removed");
    private static final EventType MISSED = EventType.of("missed");
    private static final EventType ERROR = EventType.of("error");
    private static final Pattern ID = Pattern.compile("([0-9a-f]{16}):([0-9]{1,18})");
    private static final byte[] BEGIN = "{\"agents\":[".getBytes(US_ASCII);
    private static final byte[] COMMA = ",".getBytes(US_ASCII);
    private static final byte[] END = "]}".getBytes(US_ASCII);
    private static final int BATCH_BYTES = 32 * 1024;

    private final EventsRoute route;
    private final Visible fleet;
    private final EventLoop loop;
    private final SseStream events;
    private final PiecePace pace;

    /** The revision of the fleet when the watch began. */
    private long revision;

    /** Up to where the client knows the fleet once it has the snapshot. */
    private ChangePoint known;

    private EventIds ids;

    private final AtomicBoolean woken = new AtomicBoolean();

    /** The last agent of the snapshot that was written; null when the snapshot is complete. */
    private @Nullable String snapshotUpTo;

    Watcher(
            EventsRoute route,
            Visible fleet,
            EventLoop loop,
            Answer answer,
            Duration keepalive,
            Duration stallTimeout) {
        this.route = route;
        this.fleet = fleet;
        this.loop = loop;
        known = fleet.lastChange();
        ids = EventIds.of(known.epoch());
        events = SseStream.open(answer, keepalive, SseStream::comment, this::forget);
        pace = new PiecePace(loop, stallTimeout, events::unsentBytes, events::whenSent, this::cut);
    }

    /**
     * Starts to watch the fleet, and to write what the client does not know.
     *
     * @param last the id of the last event that it has; null if it has none
     */
    void begin(@Nullable String last) {
        fleet.watch(this);
        ChangePoint point = last == null ? null : point(last);
        if (point != null && fleet.knowsChangesAfter(point)) {
            known = point;
        } else {
            if (last != null) {
                tellMissed();
            }
            beginSnapshot();
        }
        writeMore();
    }

    /** What the id of an event names; null if it is none. */
    private static @Nullable ChangePoint point(String id) {
        Matcher event = ID.matcher(id);
        return event.matches()
                ? new ChangePoint(event.group(1), Long.parseLong(event.group(2)))
                : null;
    }

    private void tellMissed() {
        ByteBuf data =
                Json.object(json ->
                        json.writeStringField(
                                "message",
                                "The changes since your last event are not known any more: the daemon was started again, or too many agents were removed. A snapshot follows."));
        events.event(MISSED, data);
        data.release();
    }

    private void beginSnapshot() {
        known = fleet.lastChange();
        ids = EventIds.of(known.epoch());
        revision = fleet.revision();
        snapshotUpTo = "";
        events.beginEvent(SNAPSHOT, ids, known.number());
        events.more(Unpooled.wrappedBuffer(BEGIN));
    }

    /** Called on any thread: an agent was added, removed or changed. */
    @Override
    public void onAny(Agent agent) {
        if (woken.compareAndSet(false, true)) {
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

    /** Writes the newest state of one changed agent, however often it has changed. */
    private int writeChange() {
        if (!fleet.knowsChangesAfter(known)) { // the client has read nothing for long
            tellMissed();
            beginSnapshot();
            return BEGIN.length;
        }
        Change change = fleet.changeAfter(known);
        if (change == null) {
            return 0;
        }
        known = new ChangePoint(known.epoch(), change.number());
        Agent agent = fleet.find(change.agent());
        ByteBuf data =
                agent == null
                        ? Json.object(json -> json.writeStringField("id", change.agent()))
                        : Json.object(json -> AgentJson.writeMembers(json, agent));
        int bytes = data.readableBytes();
        events.event(agent == null ? REMOVED : AGENT, ids, known.number(), data);
        data.release();
        return bytes;
    }

    /** The client does not read. When it comes back, it gets a new snapshot. */
    private void cut() {
        forget();
        events.abort();
    }

    /** The caller is not let in any more. Called on the event loop. */
    void deny(Problem why) {
        forget();
        if (snapshotUpTo == null) {
            ByteBuf data =
                    Json.object(json -> {
                        json.writeStringField("code", String.valueOf(why.members().get("code")));
                        json.writeStringField("message", why.error());
                    });
            events.event(ERROR, data);
            data.release();
            events.end();
        } else {
            events.abort(); // half a snapshot must not look complete
        }
    }

    /** From any thread. */
    void end() {
        loop.execute(() -> {
            forget();
            if (snapshotUpTo == null) {
                events.end();
            } else {
                events.abort(); // half a snapshot must not look complete
            }
        });
    }

    private void forget() {
        pace.cancel();
        fleet.unwatch(this);
        route.forget(this);
    }
}
