package dev.culvert.guest.desired;

import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeRequests;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the host wants the agent to be: its configuration and its context. Every link shares it.
 * Confined to the event loop.
 */
public final class DesiredState {
    private static final Logger LOG = LoggerFactory.getLogger(DesiredState.class);

    private final int maxConfigBytes;
    private final RuntimeRequests defaults;
    private final StateKeeper keeper;
    private final Contexts contexts;
    private AgentConfig config;
    private Runnable whenRuntimeKindChanges = () -> {};
    private ServersListener servers = ServersListener.NO_TOOLS;

    /** The payload of the last {@code config_update}; null before the first. */
    private @Nullable String configUpdate;

    /**
     * @param defaults for what the host's configuration does not say
     */
    public DesiredState(
            int maxConfigBytes, int maxContextBytes, RuntimeRequests defaults, StateKeeper keeper) {
        this.maxConfigBytes = maxConfigBytes;
        this.defaults = defaults;
        this.keeper = keeper;
        contexts = new Contexts(maxContextBytes);
        config = AgentConfig.unconfigured(defaults);
    }

    /** Runs {@code action} after each update that names another kind of runtime. */
    public void whenRuntimeKindChanges(Runnable action) {
        whenRuntimeKindChanges = action;
    }

    /** Tells {@code listener} which MCP servers there are, now and after each update. */
    public void tellServers(ServersListener listener) {
        servers = listener;
        servers.serve(config.servers());
    }

    /**
     * Loads what an earlier process saved. Call it before the first session.
     *
     * @throws IOException if the saved state cannot be read: to start without it could allow tools
     *     that the host forbade
     */
    public void restore() throws IOException {
        StateFile.Content saved = keeper.load();
        if (saved.configUpdate() != null) {
            try {
                config = AgentConfig.read(bytes(saved.configUpdate()), defaults);
            } catch (InvalidPayloadException e) {
                throw keeper.wrong(e.getMessage());
            }
            configUpdate = saved.configUpdate();
        }
        int dropped = contexts.restore(saved.contexts());
        if (dropped > 0) {
            LOG.warn(
                    "dropped {} of the {} saved contexts: together they are larger than"
                            + " --max-context-bytes ({})",
                    dropped,
                    saved.contexts().size(),
                    contexts.maxBytes());
        }
    }

    /** Borrows {@code payload}. In force when this returns; {@code saved} is told the rest. */
    public void configure(ByteBuf payload, StateKeeper.Saved saved) throws InvalidPayloadException {
        if (payload.readableBytes() > maxConfigBytes) {
            throw new InvalidPayloadException(
                    "the configuration has "
                            + payload.readableBytes()
                            + " bytes; the agent takes at most "
                            + maxConfigBytes
                            + " (--max-config-bytes)");
        }
        RuntimeKind before = config.runtimeKind();
        AgentConfig update = AgentConfig.read(payload, defaults);
        String refusal = servers.refusal(update.servers());
        if (refusal != null) {
            throw new InvalidPayloadException(refusal);
        }
        config = update;
        servers.serve(update.servers());
        configUpdate = payload.toString(StandardCharsets.UTF_8);
        save(saved);
        if (config.runtimeKind() != before) {
            whenRuntimeKindChanges.run();
        }
    }

    /** Borrows {@code payload}. In force when this returns; {@code saved} is told the rest. */
    public void addContext(ByteBuf payload, StateKeeper.Saved saved)
            throws InvalidPayloadException {
        contexts.update(payload);
        save(saved);
    }

    public AgentConfig config() {
        return config;
    }

    /** The version of the policy for tools in force; empty if there is none. */
    public String policyVersion() {
        return config.tools().version();
    }

    /** Oldest first; each is one system message. */
    public List<String> contexts() {
        return contexts.texts();
    }

    private void save(StateKeeper.Saved saved) {
        keeper.save(new StateFile.Content(configUpdate, contexts.texts()), saved);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
