package dev.culvert.daemon.front.responses;

import io.netty.buffer.ByteBuf;

/** What a response repeats of its request: members of JSON, and the closing brace. Immutable. */
final class Echo {
    private final byte[] json;

    /** Takes ownership of {@code json}. */
    Echo(byte[] json) {
        this.json = json;
    }

    int bytes() {
        return json.length;
    }

    void write(ByteBuf out) {
        out.writeBytes(json);
    }
}
