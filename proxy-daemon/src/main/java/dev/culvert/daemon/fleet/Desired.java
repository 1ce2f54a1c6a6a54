package dev.culvert.daemon.fleet;

import io.netty.buffer.ByteBufUtil;

/**
 * The configuration that an agent should have.
 *
 * @param revision counted for each agent from 1
 * @param payload of its {@code config_update}, as JSON
 */
public record Desired(long revision, String payload) {
    int bytes() {
        return ByteBufUtil.utf8Bytes(payload);
    }
}
