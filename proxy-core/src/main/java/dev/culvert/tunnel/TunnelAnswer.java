package dev.culvert.tunnel;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import org.jspecify.annotations.Nullable;

/** The payload of a {@code tunnelled} (tunnels.md). */
public sealed interface TunnelAnswer {
    /** From here on there are records; or, over a link, the tunnel that was asked for is open. */
    record Open() implements TunnelAnswer {}

    /** The guest opens a connection and begins it with the ticket. */
    record Ticket(String ticket) implements TunnelAnswer {}

    /** There is no tunnel. */
    record Refused(TunnelRefusal refusal) implements TunnelAnswer {}

    /** Borrows {@code frame}. */
    static TunnelAnswer read(Frame frame) throws BadTunnelException {
        var found =
                new Object() {
                    @Nullable String code;
                    String message = "The other side gave no reason.";
                    @Nullable String ticket;
                };
        TunnelFrames.read(
                frame,
                (name, value) -> {
                    switch (name) {
                        case "code" -> found.code = TunnelFrames.text(value);
                        case "message" -> found.message = Quoted.sentence(TunnelFrames.text(value));
                        case "ticket" -> found.ticket = TunnelFrames.ticket(value);
                        default -> {
                            // of a later version
                        }
                    }
                });
        if (found.code != null) {
            return new Refused(new TunnelRefusal(TunnelRefusal.Code.of(found.code), found.message));
        }
        return found.ticket == null ? new Open() : new Ticket(found.ticket);
    }

    /** Belongs to the caller. */
    default Frame frame(String id) {
        return TunnelFrames.frame(
                FrameType.TUNNELLED,
                id,
                json -> {
                    switch (this) {
                        case Open() -> {}
                        case Ticket(String ticket) -> json.writeStringField("ticket", ticket);
                        case Refused(TunnelRefusal(TunnelRefusal.Code code, String sentence)) -> {
                            json.writeStringField("code", code.wireName());
                            json.writeStringField("message", sentence);
                        }
                    }
                });
    }
}
