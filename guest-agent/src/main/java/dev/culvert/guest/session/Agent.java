package dev.culvert.guest.session;

import dev.culvert.frame.Frame;
import dev.culvert.guest.desired.AgentConfig;
import dev.culvert.guest.desired.Contexts;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.StateFile;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.turn.Payloads;
import dev.culvert.guest.turn.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What belongs to the agent and not to a connection: its configuration, its context, its turns.
 * Confined to the event loop.
 */
public final class Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    /** What W3C Trace Context allows: anything else might not be fit for a header. */
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f-]{55,128}");

    private final LlmRuntime runtime;
    private final @Nullable String model;
    private final StateKeeper keeper;
    private final Contexts contexts;
    private final ByteBufAllocator buffers = ByteBufAllocator.DEFAULT;
    private final Payloads payloads = new Payloads(buffers);
    private final Turns turns;
    private final int maxConfigBytes;
    private AgentConfig config;
    private @Nullable String configUpdate;
    private boolean draining;

    /**
     * @param loop of all connections and of the runtime
     * @param model for the runtime, where neither the host's configuration nor a message names one
     */
    public Agent(
            EventLoop loop,
            LlmRuntime runtime,
            @Nullable String model,
            SessionLimits limits,
            StateKeeper keeper) {
        this.runtime = runtime;
        this.model = model;
        this.keeper = keeper;
        maxConfigBytes = limits.maxConfigBytes();
        contexts = new Contexts(limits.maxContextBytes());
        turns = new Turns(loop, buffers, payloads, limits.turns());
        config = AgentConfig.EMPTY.orModel(model);
    }

    /**
     * Takes up what an earlier process kept; call it before the first session.
     *
     * @throws IOException when there is something that cannot be read: to start without it could
     *     allow tools that the host forbade
     */
    public void restore() throws IOException {
        StateFile.State state = keeper.load();
        if (state.configUpdate() != null) {
            try {
                config = AgentConfig.read(bytes(state.configUpdate())).orModel(model);
            } catch (InvalidPayloadException e) {
                throw keeper.wrong(e.getMessage());
            }
            configUpdate = state.configUpdate();
        }
        int dropped = contexts.restore(state.contexts());
        if (dropped > 0) {
            LOG.warn(
                    "dropped {} of the {} contexts of an earlier run: they are over"
                            + " --max-context-bytes ({})",
                    dropped,
                    state.contexts().size(),
                    contexts.maxBytes());
        }
    }

    /** Turns that run or whose end has not been sent, of all connections and of none. */
    public int openTurns() {
        return turns.count();
    }

    /** Whether it takes no new turns, because the guest is being stopped. */
    public boolean isDraining() {
        return draining;
    }

    /** From now on no turn begins; {@code action} runs once, when none is open. */
    public void drain(Runnable action) {
        draining = true;
        turns.whenNoneIsOpen(action);
    }

    /** Aborts what still runs, and forgets all turns; call it after the last session. */
    public void close() {
        turns.close();
    }

    /** Borrows {@code payload}; in force when this returns, kept when {@code kept} is told so. */
    void configure(ByteBuf payload, StateKeeper.Kept kept) throws InvalidPayloadException {
        if (payload.readableBytes() > maxConfigBytes) {
            throw new InvalidPayloadException(
                    "the configuration takes "
                            + payload.readableBytes()
                            + " bytes, at most "
                            + maxConfigBytes
                            + " are taken (--max-config-bytes)");
        }
        config = AgentConfig.read(payload).orModel(model);
        configUpdate = payload.toString(StandardCharsets.UTF_8);
        keep(kept);
    }

    /** Borrows {@code payload}; in force when this returns, kept when {@code kept} is told so. */
    void addContext(ByteBuf payload, StateKeeper.Kept kept) throws InvalidPayloadException {
        contexts.update(payload);
        keep(kept);
    }

    private void keep(StateKeeper.Kept kept) {
        keeper.save(new StateFile.State(configUpdate, contexts.texts()), kept);
    }

    /** Borrows {@code message}; the body of the request belongs to the caller. */
    GenerationRequest request(Frame message) throws InvalidPayloadException {
        ByteBuf body = RequestWriter.body(buffers, message, config, contexts.texts());
        String traceparent = message.traceparent();
        Map<String, String> headers = new HashMap<>(config.headers());
        if (traceparent != null && TRACEPARENT.matcher(traceparent).matches()) {
            headers.put("traceparent", traceparent);
        }
        return new GenerationRequest(body, headers);
    }

    AgentConfig config() {
        return config;
    }

    LlmRuntime runtime() {
        return runtime;
    }

    Payloads payloads() {
        return payloads;
    }

    Turns turns() {
        return turns;
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
