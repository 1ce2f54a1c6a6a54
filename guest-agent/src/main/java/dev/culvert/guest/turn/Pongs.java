package dev.culvert.guest.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;

/**
 * Answers the pings of one link: at once, or where the host asks how the runtime is, as soon as
 * that is known. Confined to the event loop.
 */
public final class Pongs {
    private static final int WITHIN_MS = 1_000;
    private static final int MOST_WITHIN_MS = 30_000;

    private final Turns turns;
    private final Replies replies;

    public Pongs(Turns turns, Replies replies) {
        this.turns = turns;
        this.replies = replies;
    }

    /** Borrows {@code ping}. */
    public void answer(Frame ping) {
        if (ping.id().isEmpty()) {
            replies.sendError("", ErrorCode.INVALID_MESSAGE, "'ping' needs an id");
        } else if (ping.isTrue("probe")) {
            probe(ping.id(), within(ping));
        } else {
            replies.send(new Frame(FrameType.PONG, ping.id(), turns.payloads().empty()));
        }
    }

    private static Duration within(Frame ping) {
        JsonMembers members = ping.members();
        int millis = 0;
        while (members.next()) {
            if (members.isNamed("within_ms")) {
                millis = Math.min(members.count(), MOST_WITHIN_MS);
            }
        }
        return Duration.ofMillis(millis == 0 ? WITHIN_MS : millis);
    }

    /** What the task waits for its turn is the delay of the loop. */
    private void probe(String id, Duration within) {
        EventLoop loop = turns.loop();
        long asked = loop.ticker().nanoTime();
        loop.execute(() -> {
            long begun = loop.ticker().nanoTime();
            turns.runtime()
                    .probe(
                            loop,
                            within,
                            answer -> {
                                long runtimeNanos = loop.ticker().nanoTime() - begun;
                                ByteBuf payload =
                                        turns.payloads()
                                                .probed(begun - asked, runtimeNanos, answer);
                                replies.sendNow(new Frame(FrameType.PONG, id, payload));
                            });
        });
    }
}
