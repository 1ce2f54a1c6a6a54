package dev.culvert.daemon.turn;

import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a turn took, as the {@code usage} of its last chunk says under the names of
 * OpenAI's runtimes or of Anthropic's.
 */
public record TurnTokens(int input, int output) {
    /** Borrows the chunk. Null if the chunk does not say. */
    public static @Nullable TurnTokens of(Frame lastChunk) {
        JsonMembers members = lastChunk.members();
        while (members.next()) {
            if (members.kind() == '{' && members.isNamed("usage")) {
                int start = members.valueStart();
                return read(lastChunk.payload().slice(start, members.valueEnd() - start));
            }
        }
        return null;
    }

    private static @Nullable TurnTokens read(ByteBuf usage) {
        int input = 0;
        int output = 0;
        JsonMembers members = new JsonMembers(usage, JsonMembers.find(usage));
        while (members.next()) {
            if (members.isNamed("prompt_tokens") || members.isNamed("input_tokens")) {
                input = Math.max(input, members.count());
            } else if (members.isNamed("completion_tokens") || members.isNamed("output_tokens")) {
                output = Math.max(output, members.count());
            }
        }
        return input == 0 && output == 0 ? null : new TurnTokens(input, output);
    }
}
