package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.runtime.RunningCall;
import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Replies;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Quoted;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parks the turns when a host asks for it, and lets them go on (quiescing.md). */
final class Quiescing {
    private static final long MOST_SECONDS = Duration.ofDays(1).toSeconds();
    private static final long SECONDS = Duration.ofMinutes(10).toSeconds();

    private static final long MOST_WAIT_SECONDS = 600;
    private static final long LOOK_MILLIS = 20;
    private static final Logger LOG = LoggerFactory.getLogger(Quiescing.class);

    private final EventLoop loop;
    private final Turns turns;
    private final Replies replies;
    private final Supplier<List<RunningCall>> running;

    /**
     * @param running the calls of tools that do something now
     */
    Quiescing(EventLoop loop, Turns turns, Replies replies, Supplier<List<RunningCall>> running) {
        this.loop = loop;
        this.turns = turns;
        this.replies = replies;
        this.running = running;
    }

    /** Borrows {@code frame}. */
    void receive(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        JsonObject payload = JsonObject.readSmall("the payload", frame.payload());
        boolean on = payload.bool("on");
        long seconds = payload.integer("limit_secs", 1, MOST_SECONDS, SECONDS);
        long wait = payload.integer("wait_secs", 0, MOST_WAIT_SECONDS, 0);
        if (!on) {
            answer(id, turns.parking().end(Parking.End.ASKED, "the host asked for it"), List.of());
        } else if (turns.isDraining()) {
            replies.sendError(
                    id, ErrorCode.DRAINING, "the agent is shutting down, and cannot be quiesced");
        } else {
            turns.parking().begin(Duration.ofSeconds(seconds));
            await(id, System.nanoTime() + TimeUnit.SECONDS.toNanos(wait));
        }
    }

    /* No call begins any more, so at some time there is none. */
    private void await(String id, long deadline) {
        List<RunningCall> calls = running.get();
        boolean isLate = System.nanoTime() - deadline >= 0;
        if (calls.isEmpty() || isLate || !turns.parking().isOn()) {
            calls.forEach(call ->
                    LOG.warn(
                            "quiesced while tool {} runs in turn '{}': it goes on in each copy of"
                                    + " the machine",
                            Quoted.word(call.tool()),
                            Quoted.word(call.turn())));
            answer(id, turns.running(), calls);
        } else {
            loop.schedule(() -> await(id, deadline), LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** After the heartbeats that say the same on each link, which are sent by tasks of the loop. */
    private void answer(String id, int turnsLeft, List<RunningCall> calls) {
        boolean on = turns.parking().isOn();
        loop.execute(() ->
                replies.sendNow(
                        new Frame(
                                FrameType.QUIESCED,
                                id,
                                turns.payloads().quiesced(on, turnsLeft, calls))));
    }
}
