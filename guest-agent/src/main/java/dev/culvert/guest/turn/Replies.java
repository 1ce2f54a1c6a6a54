package dev.culvert.guest.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.channel.Channel;

/** The way back to the host over one link. */
public final class Replies {
    private final Channel channel;
    private final Payloads payloads;

    public Replies(Channel channel, Payloads payloads) {
        this.channel = channel;
        this.payloads = payloads;
    }

    /** Takes ownership of {@code frame}; it goes out at the end of the read burst. */
    public void send(Frame frame) {
        if (channel.isActive()) {
            channel.write(frame, channel.voidPromise());
        } else {
            frame.release();
        }
    }

    /** The same outside a read burst: it goes out at once. */
    public void sendNow(Frame frame) {
        send(frame);
        channel.flush();
    }

    public void sendError(String id, ErrorCode code, String message) {
        send(new Frame(FrameType.ERROR, id, payloads.error(code, message)));
    }

    /** The same outside a read burst. */
    public void sendErrorNow(String id, ErrorCode code, String message) {
        sendError(id, code, message);
        channel.flush();
    }

    /** False while the host does not read. */
    boolean isWritable() {
        return channel.isWritable();
    }
}
