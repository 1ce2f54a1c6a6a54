package dev.culvert.daemon.answer;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads how many tokens a turn took from the {@code usage} of its last chunk, under the names of
 * OpenAI's runtimes or of Anthropic's.
 */
final class Usage {
    private Usage() {}

    /** Borrows the chunk. Tells nothing if the chunk does not say. */
    static void tell(Frame lastChunk, Answer to) {
        TokenUsage usage = of(lastChunk);
        if (usage != null) {
            to.used(usage);
        }
    }

    static @Nullable TokenUsage of(Frame lastChunk) {
        JsonMembers members = lastChunk.members();
        while (members.next()) {
            if (members.kind() == '{' && members.isNamed("usage")) {
                int start = members.valueStart();
                return read(lastChunk.payload().slice(start, members.valueEnd() - start));
            }
        }
        return null;
    }

    private static @Nullable TokenUsage read(ByteBuf usage) {
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
        return input == 0 && output == 0 ? null : new TokenUsage(input, output);
    }
}
