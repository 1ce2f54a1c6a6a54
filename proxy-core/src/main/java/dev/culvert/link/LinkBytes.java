package dev.culvert.link;

import dev.culvert.frame.FrameDecoder;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bytes that one link holds: half-received frames, and frames that the agent has not read. */
final class LinkBytes implements HeldBytesHandler.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(LinkBytes.class);

    private final AgentLink link;
    private final FrameDecoder decoder;

    LinkBytes(AgentLink link, FrameDecoder decoder) {
        this.link = link;
        this.decoder = decoder;
    }

    @Override
    public long unreadBytes() {
        return decoder.heldBytes();
    }

    @Override
    public void onExcess(HeldKind kind, Share share) {
        String what =
                kind == HeldKind.FRAMES_IN
                        ? "frames that have not arrived whole"
                        : "frames that the agent does not read";
        String reason =
                "more than %s were held, most of them for %s".formatted(share.limitText(), what);
        LOG.warn("{} closed: {}", link, reason);
        link.close(reason);
    }
}
