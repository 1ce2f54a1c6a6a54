package dev.culvert.daemon.sse;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * Events to one client at its pace, until the client has gone, reads nothing for too long, or may
 * read no more. Confined to its event loop, except where noted.
 */
public final class PacedStream {
    private static final EventType ERROR = EventType.of("error");

    private final Runnable onOver;
    private final EventLoop loop;
    private final SseStream events;
    private final PiecePace pace;

    /**
     * Begins the answer.
     *
     * @param stallTimeout how long the client may read nothing
     * @param onOver runs when the stream ends, however that is; more than once, perhaps
     */
    public PacedStream(Answer answer, Duration keepalive, Duration stallTimeout, Runnable onOver) {
        this.onOver = onOver;
        loop = answer.eventLoop();
        events = SseStream.open(answer, keepalive, SseStream::comment, this::forget);
        pace = new PiecePace(loop, stallTimeout, events::unsentBytes, events::whenSent, this::cut);
    }

    /** Whether there is a client, which wants more than the head. */
    public boolean isOpen() {
        return events.isOpen();
    }

    /** Whether the client has yet to read what was written. */
    public boolean awaitsClient() {
        return pace.awaitsClient();
    }

    /** Runs {@code next} once all that was written is sent. */
    public void await(Runnable next) {
        pace.await(next);
    }

    /** Writes an event; takes {@code data}, and returns how many bytes it had. */
    public int write(EventType type, EventIds ids, long number, ByteBuf data) {
        int bytes = data.readableBytes();
        events.event(type, ids, number, data);
        data.release();
        return bytes;
    }

    /** Writes an event without an id; takes {@code data}. */
    public void write(EventType type, ByteBuf data) {
        events.event(type, data);
        data.release();
    }

    /** Runs {@code work} on the event loop, from any thread. */
    public void execute(Runnable work) {
        try {
            loop.execute(work);
        } catch (RejectedExecutionException _) {
            // the daemon is stopping, which ends the stream
        }
    }

    /** Nothing comes any more. */
    public void end() {
        forget();
        events.end();
    }

    /** The caller is not let in any more. */
    public void deny(Problem why) {
        forget();
        write(
                ERROR,
                Json.object(json -> {
                    json.writeStringField("code", String.valueOf(why.members().get("code")));
                    json.writeStringField("message", why.error());
                }));
        events.end();
    }

    /** The client does not read. It comes back when it likes. */
    private void cut() {
        forget();
        events.abort();
    }

    /** Stops watching the client, which has gone, or gets nothing more. */
    public void forget() {
        pace.cancel();
        onOver.run();
    }
}
