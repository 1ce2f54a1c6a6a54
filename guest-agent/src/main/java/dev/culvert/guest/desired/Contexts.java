package dev.culvert.guest.desired;

import dev.culvert.guest.desired.JsonObject.Value;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The texts that the host gave the agent as context, oldest first. The newest that fit are kept.
 */
final class Contexts {
    /** The size of an escaped byte. A larger payload is too large in any case, and is not read. */
    private static final int MOST_ESCAPED = 6;

    /** Room for names and blanks around the context. */
    private static final int MEMBER_BYTES = 4096;

    private final int maxBytes;
    private final Deque<String> texts = new ArrayDeque<>();
    private int bytes;

    Contexts(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Borrows {@code payload}. A context of null drops all contexts. */
    void update(ByteBuf payload) throws InvalidPayloadException {
        if (payload.readableBytes() > (long) MOST_ESCAPED * maxBytes + MEMBER_BYTES) {
            throw tooLarge(payload.readableBytes());
        }
        Value context = JsonObject.read("the payload", payload).get("context");
        if (context == null) {
            throw new InvalidPayloadException("'context' is missing");
        }
        if (context.isNull()) {
            texts.clear();
            bytes = 0;
            return;
        }
        add(context.isString() ? context.string() : context.text());
    }

    /**
     * Takes the contexts of an earlier process, whose limit may have been larger: keeps the newest
     * that fit, and returns how many do not.
     */
    int restore(List<String> kept) {
        for (String text : kept.reversed()) {
            int size = size(text);
            if (size <= maxBytes - bytes) {
                texts.addFirst(text);
                bytes += size;
            }
        }
        return kept.size() - texts.size();
    }

    private void add(String text) throws InvalidPayloadException {
        int size = size(text);
        if (size > maxBytes) {
            throw tooLarge(size);
        }
        texts.add(text);
        bytes += size;
        while (bytes > maxBytes) {
            bytes -= size(texts.removeFirst());
        }
    }

    int maxBytes() {
        return maxBytes;
    }

    private InvalidPayloadException tooLarge(int size) {
        return new InvalidPayloadException(
                "'context' has "
                        + size
                        + " bytes; the agent keeps at most "
                        + maxBytes
                        + " (--max-context-bytes)");
    }

    /** Oldest first; each is one system message. */
    List<String> texts() {
        return List.copyOf(texts);
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
