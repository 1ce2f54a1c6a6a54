package dev.culvert.guest.approvals;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.Map;

/** The approvals as one link to a host carries them. Confined to the event loop. */
public final class HostApprovals {
    private final Approvals approvals;
    private final Channel channel;

    /** What the host has not answered yet, by the id of the exchange. */
    private final Map<String, PendingCall> open = new HashMap<>();

    private long lastId;

    HostApprovals(Approvals approvals, Channel channel) {
        this.approvals = approvals;
        this.channel = channel;
    }

    /** The host takes approvals on this link. */
    public void onOffered() {
        approvals.offered(this);
    }

    /** The link is gone. */
    public void onClosed() {
        open.clear();
        approvals.lost(this);
    }

    /**
     * Borrows {@code frame}, which is {@code approved}, {@code claimed} or {@code error}. False if
     * nobody waits for it.
     */
    public boolean onAnswer(Frame frame) {
        PendingCall asked = open.remove(frame.id());
        if (asked == null) {
            return false;
        }
        asked.onAnswer(this, frame.type(), HostAnswer.read(frame, asked.approval().id()));
        return true;
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void ask(PendingCall call) {
        open(FrameType.APPROVE, call, call.approval().toTheHost());
    }

    /**
     * Claims the approval.
     *
     * @param isSure whether no copy of the machine can have the same claim
     */
    void claim(PendingCall call, String claim, boolean isSure) {
        Approval approval = call.approval();
        open(
                FrameType.CLAIM,
                call,
                "{\"approval_id\":\"%s\",\"claim\":\"%s\",\"digest\":\"%s\",\"policy\":\"%s\"%s}"
                        .formatted(
                                approval.id(),
                                claim,
                                approval.digest(),
                                approval.policy(),
                                isSure ? ",\"generation\":true" : ""));
    }

    private void open(FrameType type, PendingCall call, String payload) {
        String id = "a-" + ++lastId;
        open.put(id, call);
        send(type, id, payload);
    }

    /** Nobody waits for that any more. Tells the host, if it was asked. */
    void withdraw(PendingCall call) {
        if (open.values().removeIf(it -> it == call)) {
            send(
                    FrameType.WITHDRAW,
                    "",
                    "{\"approval_id\":\"%s\"}".formatted(call.approval().id()));
        }
    }

    private void send(FrameType type, String id, String payload) {
        if (channel.isActive()) {
            ByteBuf bytes = channel.alloc().ioBuffer(payload.length());
            ByteBufUtil.writeUtf8(bytes, payload);
            channel.writeAndFlush(new Frame(type, id, bytes), channel.voidPromise());
        }
    }
}
