package dev.culvert.daemon.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * A fragment of a tool call: one element of {@code tool_calls} in a chunk (messages.md). The
 * fragments of one call have the same index; their names and their arguments are to be joined.
 * Texts are as JSON writes them between quotes, so that they can be joined without being decoded.
 *
 * @param index its own; else its place in the chunk
 * @param isComplete whether the element itself has an index, and no arguments but a text, as
 *     clients of OpenAI expect
 * @param isCustom whether the tool takes any text, and not JSON
 * @param id empty if it has none
 * @param name a part of the tool's name; empty if it has none
 * @param arguments a part of what the tool is given; lent as long as the chunk
 */
public record ToolCallFragment(
        int index,
        boolean isComplete,
        boolean isCustom,
        String id,
        String name,
        ByteBuf arguments) {
    private static final int MOST_INDEX = 1_000_000;

    /** More in one chunk than any runtime sends: three bytes of JSON can be a fragment. */
    private static final int MOST = 1_024;

    /**
     * Those of a {@code tool_calls} that was checked before, which is an array. Borrows it.
     *
     * @throws BadChunkException when there are too many
     */
    public static List<ToolCallFragment> read(ByteBuf toolCalls) {
        List<ToolCallFragment> fragments = new ArrayList<>(1);
        JsonScanner text = JsonScanner.of(toolCalls, JsonLimits.FRAME);
        text.toValue();
        text.enterArray();
        while (text.nextElement()) {
            if (text.kind() == '{') {
                if (fragments.size() == MOST) {
                    throw new BadChunkException(
                            "it has over " + MOST + " fragments of tool calls in one chunk");
                }
                fragments.add(new Reader(toolCalls, text).fragment(fragments.size()));
            } else {
                text.skip();
            }
        }
        return fragments;
    }

    /** Reads one element, which the scanner is at. */
    private static final class Reader {
        private final ByteBuf source;
        private final JsonScanner text;
        private long index = -1;
        private boolean isCustom;
        private boolean hasOddArguments;
        private String id = "";
        private String name = "";
        private ByteBuf arguments = Unpooled.EMPTY_BUFFER;

        Reader(ByteBuf source, JsonScanner text) {
            this.source = source;
            this.text = text;
        }

        ToolCallFragment fragment(int place) {
            text.enter();
            while (text.next()) {
                if (text.kind() == '{' && text.isNamed("function")) {
                    tool("arguments");
                } else if (text.kind() == '{' && text.isNamed("custom")) {
                    isCustom = true;
                    tool("input");
                } else {
                    text.skip();
                    if (text.isNamed("index")) {
                        index = text.digits(MOST_INDEX);
                    } else if (text.isNamed("id") && text.kind() == '"') {
                        id = between(1);
                    }
                }
            }
            return new ToolCallFragment(
                    index < 0 ? place : (int) index,
                    index >= 0 && !hasOddArguments,
                    isCustom,
                    id,
                    name,
                    arguments);
        }

        private void tool(String argumentsName) {
            text.enter();
            while (text.next()) {
                text.skip();
                byte kind = text.kind();
                if (kind == '"' && text.isNamed("name")) {
                    name = between(1);
                } else if (kind != 'n' && text.isNamed(argumentsName)) {
                    arguments(kind);
                }
            }
        }

        /** Some runtimes give an object instead of its text. */
        private void arguments(byte kind) {
            if (kind == '"') {
                int start = text.valueStart() + 1;
                arguments = source.slice(source.readerIndex() + start, text.valueEnd() - 1 - start);
            } else {
                hasOddArguments = true;
                byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(between(0));
                arguments = Unpooled.wrappedBuffer(quoted);
            }
        }

        /** The value as it is written, without so many bytes at both ends. */
        private String between(int left) {
            int start = text.valueStart() + left;
            int length = text.valueEnd() - left - start;
            return source.toString(source.readerIndex() + start, length, UTF_8);
        }
    }
}
