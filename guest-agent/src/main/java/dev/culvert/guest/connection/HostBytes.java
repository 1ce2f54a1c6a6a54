package dev.culvert.guest.connection;

import dev.culvert.frame.FrameDecoder;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import dev.culvert.transport.WebSocketMessages;

/** What one link holds: a frame that has come in part, and frames that the host has not read. */
final class HostBytes implements HeldBytesHandler.Owner {
    private final HostHandler host;
    private final FrameDecoder decoder;

    HostBytes(HostHandler host, FrameDecoder decoder) {
        this.host = host;
        this.decoder = decoder;
    }

    @Override
    public long unreadBytes() {
        WebSocketMessages messages = host.webSocket();
        return (long) decoder.heldBytes() + (messages == null ? 0 : messages.heldBytes());
    }

    @Override
    public void onExcess(HeldKind kind, Share share) {
        host.close(
                "all links together hold more than "
                        + share.limitBytes()
                        + " bytes ("
                        + share.key()
                        + "), and this one holds the most: "
                        + (kind == HeldKind.FRAMES_IN
                                ? "a frame that has come in part"
                                : "frames that the host does not read"));
    }
}
