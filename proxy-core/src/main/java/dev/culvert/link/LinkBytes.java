package dev.culvert.link;

import dev.culvert.frame.FrameDecoder;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one link holds: frames that came in part, and frames that the agent has not taken. */
final class LinkBytes implements HeldBytesHandler.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(LinkBytes.class);

    private final ExchangeHandler exchanges;
    private final FrameDecoder decoder;

    LinkBytes(ExchangeHandler exchanges, FrameDecoder decoder) {
        this.exchanges = exchanges;
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
                        ? "frames that have come in part"
                        : "frames that the agent does not read";
        String reason =
                "more than %s were held, most of them for %s".formatted(share.limitText(), what);
        LOG.warn("{} closed: {}", exchanges.link(), reason);
        exchanges.close(reason);
    }
}
