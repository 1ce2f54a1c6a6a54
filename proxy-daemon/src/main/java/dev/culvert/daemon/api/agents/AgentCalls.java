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

/** Sends agents short requests: one frame out, one frame back. Called on any event loop. */
public final class AgentCalls {
    private static final int ID_BYTES = 16;
    private static final Base64.Encoder ID_TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();

    /**
     * Sends a frame and tells {@code listener} the reply, on the event loop of {@code request}.
     *
     * @param payload released after it is sent, or when it cannot be sent
     */
    public void call(
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
