package dev.culvert.daemon.continuations;

import dev.culvert.daemon.answer.Followed;
import dev.culvert.daemon.answer.Following;
import dev.culvert.daemon.turn.TurnRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** Follows the turn with which a client goes on. */
record FollowingOn(Continuations all, Taken taken) implements Following {
    @Override
    public Followed begin(TurnRequest turn, ByteBuf message, EventLoop loop) {
        return all.begin(turn, message, loop, taken);
    }

    @Override
    public @Nullable Followed resume(TurnRequest turn, EventLoop loop) {
        return all.resume(turn, loop);
    }

    @Override
    public @Nullable Followed find(String turn) {
        return all.find(turn);
    }
}
