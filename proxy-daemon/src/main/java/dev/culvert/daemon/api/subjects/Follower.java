package dev.culvert.daemon.api.subjects;

import static java.util.Objects.requireNonNull;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.PiecePace;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.daemon.subjects.Subscription;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holder;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One client that follows subjects. Confined to its event loop, except where noted. */
/* The client gets a batch at a time, and the next once that is sent. What comes meanwhile waits in the
 * subscription, which drops what is too much and counts it. */
final class Follower implements Holder {
    private static final EventType MESSAGE = EventType.of("message");
    private static final EventType MISSED = EventType.of("missed");
    private static final EventType ERROR = EventType.of("error");
    private static final int BATCH_BYTES = 32 * 1024;

    private final SubjectsRoute route;
    private final Subjects subjects;
    private final Answer answer;
    private final EventLoop loop;
    private final Holding holding;
    private @Nullable Subscription subscription;
    private @Nullable SseStream events;
    private @Nullable PiecePace pace;

    Follower(SubjectsRoute route, Subjects subjects, Answer answer) {
        this.route = route;
        this.subjects = subjects;
        this.answer = answer;
        loop = answer.eventLoop();
        holding = answer.client().open(HeldKind.UNSENT, loop, this);
    }

    /** False if there are too many subscribers. */
    boolean subscribe(String tenant, SubjectMatch match) {
        subscription = subjects.subscribe(tenant, match, this::wake);
        return subscription != null;
    }

    /** Begins the stream. Whoever has its head gets all that is published from then on. */
    void begin(Duration keepalive, Duration stallTimeout) {
        SseStream stream = SseStream.open(answer, keepalive, SseStream::comment, this::forget);
        events = stream;
        pace = new PiecePace(loop, stallTimeout, stream::unsentBytes, stream::whenSent, this::cut);
        writeMore();
    }

    /** Called on any thread. */
    private void wake() {
        try {
            loop.execute(this::writeMore);
        } catch (RejectedExecutionException _) {
            // the daemon is stopping, which ends the stream
        }
    }

    private void writeMore() {
        SseStream stream = events;
        PiecePace rhythm = pace;
        Subscription from = requireNonNull(subscription);
        if (stream == null || rhythm == null || !stream.isOpen()) {
            return;
        }
        int written = 0;
        while (!rhythm.awaitsClient() && stream.isOpen() && written < BATCH_BYTES) {
            Subscription.Item next = from.next();
            if (next == null) {
                break;
            }
            written += write(stream, next);
        }
        measure();
        if (written > 0 && stream.isOpen()) {
            rhythm.await(this::writeMore);
        }
    }

    private static int write(SseStream stream, Subscription.Item item) {
        switch (item) {
            case Subscription.Message(ByteBuf json) -> {
                stream.event(MESSAGE, json.duplicate());
                return json.readableBytes();
            }
            case Subscription.Missed(long count) -> {
                stream.event(MISSED, Json.object(json -> json.writeNumberField("missed", count)));
                return 1;
            }
        }
    }

    @Override
    public void measure() {
        holding.set(requireNonNull(subscription).heldBytes());
    }

    @Override
    public void onExcess(Share share) {
        cut();
    }

    /** The client does not read, or holds too much. It subscribes again when it likes. */
    private void cut() {
        forget();
        if (events != null) {
            events.abort();
        }
    }

    /** The caller is not let in any more. Called on the event loop. */
    void deny(Problem why) {
        forget();
        if (events != null) {
            ByteBuf data =
                    Json.object(json -> {
                        json.writeStringField("code", String.valueOf(why.members().get("code")));
                        json.writeStringField("message", why.error());
                    });
            events.event(ERROR, data);
            events.end();
        }
    }

    /** From any thread. */
    void end() {
        loop.execute(() -> {
            forget();
            if (events != null) {
                events.end();
            }
        });
    }

    private void forget() {
        if (pace != null) {
            pace.cancel();
        }
        if (subscription != null) {
            subjects.unsubscribe(subscription);
        }
        holding.set(0);
        route.forget(this);
    }
}
