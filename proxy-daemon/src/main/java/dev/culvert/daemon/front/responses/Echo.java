package dev.culvert.daemon.front.responses;

import io.netty.buffer.ByteBuf;

/**
 * What a response repeats of its request: members of JSON, with the closing brace, and in which
 * namespaces the functions are. Immutable.
 */
final class Echo {
    private final byte[] json;
    private final Namespaces namespaces;

    /** Takes ownership of {@code json}. */
    Echo(byte[] json, Namespaces namespaces) {
        this.json = json;
        this.namespaces = namespaces;
    }

    Namespaces namespaces() {
        return namespaces;
    }

    int bytes() {
        return json.length;
    }

    /** Not to be changed. */
    byte[] json() {
        return json;
    }

    void write(ByteBuf out) {
        out.writeBytes(json);
    }
}
