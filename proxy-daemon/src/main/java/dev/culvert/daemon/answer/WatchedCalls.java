package dev.culvert.daemon.answer;

import dev.culvert.daemon.turn.TurnWatcher;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;

/** Lets a client that reads along see the calls of the tools of the client that asked. */
final class WatchedCalls implements TurnWatcher {
    private final Followed followed;
    private final WatchedAnswer watcher;
    private final EventLoop loop;

    /**
     * @param loop of the watcher
     */
    WatchedCalls(Followed followed, WatchedAnswer watcher, EventLoop loop) {
        this.followed = followed;
        this.watcher = watcher;
        this.loop = loop;
    }

    @Override
    public void onJoined(long number) {
        watcher.onJoined(number);
    }

    @Override
    public void onChunk(Frame chunk, long number) {
        watcher.onChunk(chunk, number);
    }

    @Override
    public void onDone(long number) {
        followed.onWatched(
                number,
                loop,
                calls -> {
                    if (calls.isNothing()) {
                        watcher.onDone(number);
                    } else {
                        watcher.onDone(number, calls);
                    }
                });
    }

    @Override
    public void onFailure(Failure failure) {
        watcher.onFailure(failure);
    }

    @Override
    public void onCut() {
        watcher.onCut();
    }
}
