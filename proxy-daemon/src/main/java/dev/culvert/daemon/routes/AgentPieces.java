package dev.culvert.daemon.routes;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.frame.PayloadJson;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The agents of the fleet as JSON, piece by piece by their ids. What one reader was given serves
 * all who ask for the same within a second, so that many cost little more than one. Called on any
 * event loop.
 */
/* A piece is found by the id that it comes after. Who has read up to some id goes on from there,
 * whatever became of the fleet meanwhile, and so keeps nothing but that id. */
final class AgentPieces {
    /**
     * One piece.
     *
     * @param last the id of its last agent
     * @param json objects with commas between them; not to be changed
     */
    record Piece(String last, byte[] json, long revision, long madeNanos) {}

    private static final int PIECE_BYTES = 16 * 1024;
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Fleet fleet;
    private final ToIntFunction<AgentAddress> linksOpen;
    private final Holding holding;
    private final Map<String, Piece> pieces = new HashMap<>();
    private long heldBytes;
    private long oldestNanos;

    AgentPieces(Fleet fleet, ToIntFunction<AgentAddress> linksOpen, Share share) {
        this.fleet = fleet;
        this.linksOpen = linksOpen;
        holding = share.open(HeldKind.SNAPSHOTS, Runnable::run, _ -> forgetAll());
    }

    /**
     * The agents after {@code id}, as many as make a piece; null where there are none.
     *
     * @param revision of the fleet that the reader has to be told of at least
     */
    synchronized @Nullable Piece after(String id, long revision, long currentRevision) {
        long now = System.nanoTime();
        if (now - oldestNanos >= FRESH_NANOS) {
            forgetOld(now);
        }
        Piece known = pieces.get(id);
        if (known != null && known.revision() >= revision) {
            return known;
        }
        Piece made = make(id, currentRevision, now);
        if (made != null) {
            Piece before = pieces.put(id, made);
            heldBytes += made.json().length - (before == null ? 0 : before.json().length);
            holding.set(heldBytes);
        }
        return made;
    }

    private void forgetOld(long now) {
        oldestNanos = now;
        pieces.values().removeIf(piece -> now - piece.madeNanos() >= FRESH_NANOS);
        heldBytes = 0;
        for (Piece piece : pieces.values()) {
            heldBytes += piece.json().length;
            oldestNanos = Math.min(oldestNanos, piece.madeNanos());
        }
        holding.set(heldBytes);
    }

    private synchronized void forgetAll() {
        pieces.clear();
        heldBytes = 0;
        holding.set(0);
    }

    private @Nullable Piece make(String id, long revision, long now) {
        ByteBuf text = Unpooled.buffer(PIECE_BYTES + 1024);
        String last = null;
        for (Agent agent : fleet.after(id)) {
            if (text.readableBytes() >= PIECE_BYTES) {
                break;
            }
            if (last != null) {
                text.writeByte(',');
            }
            write(agent, text);
            last = agent.id();
        }
        if (last == null) {
            return null;
        }
        byte[] json = new byte[text.readableBytes()];
        text.readBytes(json);
        return new Piece(last, json, revision, now);
    }

    private void write(Agent agent, ByteBuf text) {
        try (JsonGenerator json = PayloadJson.generator(text)) {
            AgentJson.write(json, agent, linksOpen.applyAsInt(agent.address()));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}
