package dev.culvert.daemon.fleet;

import io.netty.buffer.ByteBufUtil;

/**
 * The configuration that an agent is to have.
 *
 * @param revision counted for each agent from 1
 * @param payload of the {@code config_update} that brings it, a JSON text
 */
public record Desired(long revision, String payload) {
    int bytes() {
        return ByteBufUtil.utf8Bytes(payload);
    }
}
