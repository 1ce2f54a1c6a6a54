package dev.culvert.tunnel;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a {@code tunnel} (tunnels.md).
 *
 * @param to where it leads; null at the beginning of a connection for which a ticket says that
 * @param ticket what the connection begins with; null where nobody needs one
 */
public record TunnelRequest(@Nullable Destination to, @Nullable String ticket) {
    /** Asks for a tunnel to there. */
    public static TunnelRequest to(Destination to) {
        return new TunnelRequest(to, null);
    }

    /** Asks the other side to open the connection and to begin it with the ticket. */
    public static TunnelRequest to(Destination to, String ticket) {
        return new TunnelRequest(to, ticket);
    }

    /** Begins a connection that the other side, or an answer of it, has asked for. */
    public static TunnelRequest with(String ticket) {
        return new TunnelRequest(null, ticket);
    }

    /** Borrows {@code frame}. */
    public static TunnelRequest read(Frame frame) throws BadTunnelException {
        var found =
                new Object() {
                    @Nullable Destination to;
                    @Nullable String ticket;
                };
        TunnelFrames.read(
                frame,
                (name, value) -> {
                    switch (name) {
                        case "to" -> found.to = TunnelFrames.destination(value);
                        case "ticket" -> found.ticket = TunnelFrames.ticket(value);
                        default -> {
                            // of a later version
                        }
                    }
                });
        if (found.to == null && found.ticket == null) {
            throw new BadTunnelException("a 'tunnel' needs 'to' or 'ticket'");
        }
        return new TunnelRequest(found.to, found.ticket);
    }

    /** Belongs to the caller. */
    public Frame frame(String id) {
        return TunnelFrames.frame(
                FrameType.TUNNEL,
                id,
                json -> {
                    if (to != null) {
                        TunnelFrames.write(json, to);
                    }
                    if (ticket != null) {
                        json.writeStringField("ticket", ticket);
                    }
                });
    }
}
