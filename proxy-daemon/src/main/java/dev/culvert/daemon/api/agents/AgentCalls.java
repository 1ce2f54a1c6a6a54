package dev.culvert.daemon.api.agents;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Request;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Lane;
import dev.culvert.link.Patience;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Base64;

/** Asks agents for something short: one frame goes, one comes back. Called on any event loop. */
public final class AgentCalls {
    private static final int ID_BYTES = 16;
    private static final Base64.Encoder ID_TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();

    /**
     * Sends a frame and tells {@code listener} what comes back, on the loop of {@code request}.
     *
     * @param payload released when the frame was sent, or cannot be
     */
    void call(
            Request request,
            Agent agent,
            FrameType type,
            ByteBuf payload,
            Patience patience,
            CallListener listener) {
        Frame frame = new Frame(type, newId(), payload).withTraceparent(request.traceParent());
        Call call = new Call(frame, listener, patience);
        agent.road().link(request.eventLoop(), Lane.FIRST, call);
    }

    /** An id that nobody can guess. */
    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return ID_TEXT.encodeToString(bytes);
    }
}
