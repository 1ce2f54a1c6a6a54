package dev.culvert.guest.local;

import dev.culvert.guest.subjects.Follower;
import dev.culvert.subject.Note;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/**
 * Tells a program what is published on what it follows. What the program does not read fast enough
 * is not kept, but counted. Confined to the event loop.
 */
final class LineFollower implements Follower {
    private final String id;
    private final Channel channel;
    private final LineWriter lines;
    private final Consumer<LineFollower> onEnded;
    private long missed;

    /** The following, which is to be ended with the connection. */
    private Runnable followed = () -> {};

    LineFollower(String id, Channel channel, LineWriter lines, Consumer<LineFollower> onEnded) {
        this.id = id;
        this.channel = channel;
        this.lines = lines;
        this.onEnded = onEnded;
    }

    void begun(Runnable end) {
        followed = end;
    }

    void end() {
        followed.run();
    }

    @Override
    public void onFollowing() {
        lines.done(id);
    }

    @Override
    public void onMessage(Note message) {
        if (channel.isWritable()) {
            lines.message(id, message);
        } else {
            missed++;
        }
    }

    @Override
    public void onMissed(long count) {
        missed += count;
        onReady();
    }

    /** The program reads again. */
    void onReady() {
        if (missed > 0 && channel.isWritable()) {
            lines.missed(id, missed);
            missed = 0;
        }
    }

    @Override
    public void onGap(String why) {
        lines.gap(id, why);
    }

    @Override
    public void onEnded(String code, String why) {
        lines.error(id, code, why);
        onEnded.accept(this);
    }
}
