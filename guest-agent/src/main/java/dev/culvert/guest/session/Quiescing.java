package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Replies;
import dev.culvert.guest.turn.Turns;
import io.netty.channel.EventLoop;
import java.time.Duration;

/** Parks the turns when a host asks for it, and lets them go on (quiescing.md). */
final class Quiescing {
    private static final long MOST_SECONDS = Duration.ofDays(1).toSeconds();
    private static final long SECONDS = Duration.ofMinutes(10).toSeconds();

    private final EventLoop loop;
    private final Turns turns;
    private final Replies replies;

    Quiescing(EventLoop loop, Turns turns, Replies replies) {
        this.loop = loop;
        this.turns = turns;
        this.replies = replies;
    }

    /** Borrows {@code frame}. */
    void receive(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        JsonObject payload = JsonObject.readSmall("the payload", frame.payload());
        boolean on = payload.bool("on");
        long seconds = payload.integer("limit_secs", 1, MOST_SECONDS, SECONDS);
        if (!on) {
            answer(id, false, turns.parking().end(Parking.End.ASKED, "the host asked for it"));
        } else if (turns.isDraining()) {
            replies.sendError(
                    id, ErrorCode.DRAINING, "the agent is shutting down, and cannot be quiesced");
        } else {
            answer(id, true, turns.parking().begin(Duration.ofSeconds(seconds)));
        }
    }

    /** After the heartbeats that say the same on each link, which are sent by tasks of the loop. */
    private void answer(String id, boolean on, int running) {
        loop.execute(() ->
                replies.sendNow(
                        new Frame(FrameType.QUIESCED, id, turns.payloads().quiesced(on, running))));
    }
}
