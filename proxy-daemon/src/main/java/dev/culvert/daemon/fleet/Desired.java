package dev.culvert.daemon.fleet;

import io.netty.buffer.ByteBufUtil;

/**
 * The configuration that an agent should have.
 *
 * @param revision counted for each agent from 1
 * @param payload of its {@code config_update}, as JSON
 * @param bytes of the payload, counted once: each new configuration asks for the bytes of all
 *     agents
 */
public record Desired(long revision, String payload, int bytes) {
    public Desired(long revision, String payload) {
        this(revision, payload, ByteBufUtil.utf8Bytes(payload));
    }
}
