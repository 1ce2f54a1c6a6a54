package dev.culvert.daemon.providers;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;

/**
 * How many tokens an answer has taken so far: what the provider says, and what came since then by
 * an estimate.
 */
/* Few providers say in the middle of a stream how many tokens it has. Until they do, an event that brings a part of the
 * answer counts as one token for every four bytes of text, and at least as one: the providers send about one token in
 * each event. Where usage comes, it replaces all that was estimated before. */
final class TokenCount {
    private static final int BYTES_A_TOKEN = 4;

    /** How deep the arguments of a tool's call are in a chunk of a chat completion. */
    private static final int LEVELS = 9;

    /** Members of a part that are no text of the model. */
    private static final Set<String> NO_TEXT =
            Set.of("id", "type", "role", "name", "stop_reason", "stop_sequence", "signature");

    private static final List<String> INPUT = List.of("input_tokens", "prompt_tokens");
    private static final List<String> OUTPUT = List.of("output_tokens", "completion_tokens");

    /** Anthropic does not count these as input_tokens. */
    private static final List<String> CACHED =
            List.of("cache_creation_input_tokens", "cache_read_input_tokens");

    /** What an event of a stream was. */
    enum Event {
        /** A part of the answer. */
        PART,

        /**
         * How much it was, and nothing else: what a chat completion ends with if it is asked to.
         */
        USAGE_ONLY,

        OTHER
    }

    private long input;
    private long output;
    private boolean isFinal;

    /**
     * Nothing has come yet.
     *
     * @param input an estimate of what the model reads
     */
    TokenCount(long input) {
        this.input = input;
    }

    long input() {
        return input;
    }

    long output() {
        return output;
    }

    long total() {
        return input + output;
    }

    /** Whether the provider has said how much it was, and nothing of the answer has come since. */
    boolean isFinal() {
        return isFinal;
    }

    /** Bytes of an answer that nobody can look into. */
    void unseen(int bytes) {
        isFinal = false;
        output += bytes / BYTES_A_TOKEN;
    }

    /** An event of a stream. Borrows it. */
    Event event(ByteBuf event) {
        ByteBuf data = data(event);
        try {
            return data.isReadable() && data.getByte(data.readerIndex()) == '{'
                    ? read(data)
                    : Event.OTHER;
        } finally {
            data.release();
        }
    }

    private Event read(ByteBuf data) {
        JsonOutline text;
        try {
            text = JsonOutline.of(data, JsonLimits.FRAME, LEVELS);
        } catch (BadJsonException _) {
            unseen(data.readableBytes()); // the client finds out
            return Event.PART;
        }
        try {
            long bytes = partBytes(text);
            if (bytes > 0) {
                output += Math.max(1, bytes / BYTES_A_TOKEN);
                isFinal = false;
            }
            boolean saysUsage = usage(text);
            if (bytes > 0) {
                return Event.PART;
            }
            int choices = text.find(ROOT, "choices");
            return saysUsage && choices != NONE && text.count(choices) == 0
                    ? Event.USAGE_ONLY
                    : Event.OTHER;
        } finally {
            text.forget();
        }
    }

    /**
     * An answer that is not streamed. Borrows it.
     *
     * @param all its bytes, of which {@code body} may be the beginning
     */
    void whole(ByteBuf body, long all) {
        long before = output;
        if (all == body.readableBytes()) {
            try {
                JsonOutline text = JsonOutline.of(body, JsonLimits.FRAME, 3);
                usage(text);
                text.forget();
            } catch (BadJsonException _) {
                // counted by its bytes, below
            }
        }
        if (output == before) {
            output += all / BYTES_A_TOKEN;
        }
    }

    private static long partBytes(JsonOutline text) {
        int delta = text.find(ROOT, "delta");
        long bytes = delta == NONE ? 0 : textBytes(text, delta);
        int choices = text.find(ROOT, "choices");
        if (choices != NONE) {
            for (int it = text.first(choices); it != NONE; it = text.next(it)) {
                int part = text.kind(it) == '{' ? text.find(it, "delta") : NONE;
                bytes += part == NONE ? 0 : textBytes(text, part);
                int old = text.kind(it) == '{' ? text.find(it, "text") : NONE;
                bytes += old == NONE ? 0 : textBytes(text, old);
            }
        }
        return bytes;
    }

    /** Of all strings that are, or are within, a value. The levels of the outline bound it. */
    private static long textBytes(JsonOutline text, int value) {
        if (text.isText(value)) {
            return text.length(value) - 2L;
        }
        boolean isObject = text.kind(value) == '{';
        long bytes = 0;
        for (int it = text.first(value); it != NONE; it = text.next(it)) {
            if (!isObject || !NO_TEXT.contains(text.name(it))) {
                bytes += textBytes(text, it);
            }
        }
        return bytes;
    }

    /**
     * Anthropic's message_start, whose usage is in a message, says what there is at the beginning.
     */
    private boolean usage(JsonOutline text) {
        int message = text.find(ROOT, "message");
        if (message != NONE && text.kind(message) == '{') {
            usage(text, message);
        }
        int response = text.find(ROOT, "response");
        boolean inResponse =
                response != NONE && text.kind(response) == '{' && usage(text, response);
        boolean said = usage(text, ROOT) || inResponse;
        isFinal |= said;
        return said;
    }

    /** Whether it says how much the answer was. */
    private boolean usage(JsonOutline text, int holder) {
        int usage = text.find(holder, "usage");
        if (usage == NONE || text.kind(usage) != '{') {
            return false;
        }
        long in = first(text, usage, INPUT);
        if (in >= 0) {
            for (String name : CACHED) {
                in += Math.max(0, first(text, usage, List.of(name)));
            }
            input = in;
        }
        long out = first(text, usage, OUTPUT);
        if (out >= 0) {
            output = out;
        }
        return out >= 0;
    }

    private static long first(JsonOutline text, int object, List<String> names) {
        for (String name : names) {
            int member = text.find(object, name);
            if (member != NONE) {
                return Numbers.count(text, member);
            }
        }
        return -1;
    }

    /** What the lines {@code data:} say, joined. The caller releases it. */
    private static ByteBuf data(ByteBuf event) {
        ByteBuf data = Unpooled.EMPTY_BUFFER;
        int at = event.readerIndex();
        int end = event.writerIndex();
        boolean none = true;
        boolean single = true;
        while (at < end) {
            int lineEnd = at;
            while (lineEnd < end
                    && event.getByte(lineEnd) != '\n'
                    && event.getByte(lineEnd) != '\r') {
                lineEnd++;
            }
            if (isData(event, at, lineEnd)) {
                ByteBuf line = event.slice(at + 5, lineEnd - at - 5);
                if (line.isReadable() && line.getByte(line.readerIndex()) == ' ') {
                    line.skipBytes(1);
                }
                if (none) {
                    data = line.retain();
                    none = false;
                } else {
                    data = joined(data, line, single);
                    single = false;
                }
            }
            at = lineEnd + 1;
        }
        return data;
    }

    private static boolean isData(ByteBuf event, int from, int to) {
        return to - from >= 5
                && event.getByte(from) == 'd'
                && event.getByte(from + 1) == 'a'
                && event.getByte(from + 2) == 't'
                && event.getByte(from + 3) == 'a'
                && event.getByte(from + 4) == ':';
    }

    private static ByteBuf joined(ByteBuf before, ByteBuf line, boolean copy) {
        ByteBuf all = before;
        if (copy) {
            all = Unpooled.buffer(before.readableBytes() + line.readableBytes() + 1);
            all.writeBytes(before);
            before.release();
        }
        return all.writeByte('\n').writeBytes(line);
    }
}
