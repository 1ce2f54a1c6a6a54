package dev.culvert.daemon.api.agents;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes JSON of the agents of the fleet, in pieces ordered by id. A piece is kept for a second for
 * all readers that want the same, so many readers cost little more than one. Called on any event
 * loop.
 */
/* A piece is found by the id before its first agent. A reader goes on after the last id that it has, however the
 * fleet has changed since, so that id is all that it has to keep. */
final class AgentPieces {
    /**
     * One piece.
     *
     * @param ids the ids of its agents, at least one
     * @param ends where the JSON of each agent ends
     * @param json objects with commas between them; lent
     */
    record Piece(
            List<String> ids, List<Integer> ends, ByteBuf json, long revision, long madeNanos) {
        String last() {
            return ids.getLast();
        }

        /** Its first agents: {@code most} at most, at least one. */
        Piece first(int most) {
            return most >= ids.size()
                    ? this
                    : new Piece(
                            ids.subList(0, most),
                            ends.subList(0, most),
                            json.slice(0, ends.get(most - 1)),
                            revision,
                            madeNanos);
        }
    }

    /** Each tenant has pieces of its own, and so have the callers who see every tenant. */
    private record Key(@Nullable String tenant, String after) {}

    private static final int PIECE_BYTES = 16 * 1024;
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Holding holding;
    private final Map<Key, Piece> pieces = new HashMap<>();
    private long heldBytes;

    /** The loop that forgets old pieces; null while there are none. */
    private volatile @Nullable EventLoop forgetting;

    AgentPieces(Share share) {
        holding = share.open(HeldKind.SNAPSHOTS, this::later, _ -> forgetAll());
    }

    /**
     * The piece after {@code id}; null if no agents follow.
     *
     * @param revision the oldest revision of the fleet that the reader accepts
     */
    synchronized @Nullable Piece after(Visible fleet, String id, long revision, EventLoop loop) {
        long now = System.nanoTime();
        Key key = new Key(fleet.caller().tenant(), id);
        Piece known = pieces.get(key);
        if (known != null && known.revision() >= revision && isFresh(known, now)) {
            return known;
        }
        Piece made = make(fleet, id, Integer.MAX_VALUE, _ -> true, fleet.revision(), now);
        if (made != null) {
            Piece before = pieces.put(key, made);
            heldBytes +=
                    made.json().readableBytes()
                            - (before == null ? 0 : before.json().readableBytes());
            holding.set(heldBytes);
            if (forgetting == null) {
                forgetLater(loop);
            }
        }
        return made;
    }

    private static boolean isFresh(Piece piece, long now) {
        return now - piece.madeNanos() < FRESH_NANOS;
    }

    private void forgetLater(EventLoop loop) {
        forgetting = loop;
        loop.schedule(() -> forgetOld(loop), FRESH_NANOS, TimeUnit.NANOSECONDS);
    }

    private synchronized void forgetOld(EventLoop loop) {
        long now = System.nanoTime();
        pieces.values().removeIf(piece -> !isFresh(piece, now));
        heldBytes = 0;
        pieces.values().forEach(piece -> heldBytes += piece.json().readableBytes());
        holding.set(heldBytes);
        forgetting = null;
        if (!pieces.isEmpty()) {
            forgetLater(loop);
        }
    }

    /** Runs {@code task} later and without this lock: the caller holds locks of the account. */
    private void later(Runnable task) {
        EventLoop loop = forgetting;
        if (loop != null) {
            loop.execute(task);
        }
    }

    private synchronized void forgetAll() {
        pieces.clear();
        heldBytes = 0;
        holding.set(0);
    }

    /**
     * A piece of the agents that are {@code wanted}, in their newest state, for one reader only.
     *
     * @param most the number of agents at most
     */
    @Nullable Piece make(Visible fleet, String id, int most, Predicate<Agent> wanted) {
        return make(fleet, id, most, wanted, 0, System.nanoTime());
    }

    private @Nullable Piece make(
            Visible fleet, String id, int most, Predicate<Agent> wanted, long revision, long now) {
        ByteBuf text = Unpooled.buffer(1024);
        List<String> ids = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        Iterator<Agent> agents = fleet.after(id).filter(wanted).iterator();
        while (agents.hasNext()) {
            if (text.readableBytes() >= PIECE_BYTES || ids.size() == most) {
                break;
            }
            if (!ids.isEmpty()) {
                text.writeByte(',');
            }
            Agent agent = agents.next();
            write(agent, text);
            ids.add(agent.id());
            ends.add(text.readableBytes());
        }
        if (ids.isEmpty()) {
            return null;
        }
        byte[] json = new byte[text.readableBytes()];
        text.readBytes(json);
        return new Piece(
                ids,
                ends,
                Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(json)),
                revision,
                now);
    }

    private void write(Agent agent, ByteBuf text) {
        try (JsonGenerator json = JsonText.generator(text)) {
            AgentJson.write(json, agent);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}
