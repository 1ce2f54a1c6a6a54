package dev.culvert.daemon.front.responses;

import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;

/** What an answer took, in tokens; all 0 where nobody knows. */
record Usage(int input, int cached, int output, int reasoning, int total) {
    static final Usage UNKNOWN = new Usage(0, 0, 0, 0, 0);

    /** Reads the usage of chat completions. Borrows it. */
    static Usage read(ByteBuf usage) {
        int input = 0;
        int cached = 0;
        int output = 0;
        int reasoning = 0;
        int total = 0;
        JsonMembers members = members(usage);
        while (members.next()) {
            if (members.isNamed("prompt_tokens")) {
                input = count(members);
            } else if (members.isNamed("completion_tokens")) {
                output = count(members);
            } else if (members.isNamed("total_tokens")) {
                total = count(members);
            } else if (members.kind() == '{' && members.isNamed("prompt_tokens_details")) {
                cached = find(value(usage, members), "cached_tokens");
            } else if (members.kind() == '{' && members.isNamed("completion_tokens_details")) {
                reasoning = find(value(usage, members), "reasoning_tokens");
            }
        }
        return new Usage(input, cached, output, reasoning, Math.max(total, input + output));
    }

    private static int find(ByteBuf object, String name) {
        JsonMembers members = members(object);
        while (members.next()) {
            if (members.isNamed(name)) {
                return count(members);
            }
        }
        return 0;
    }

    private static JsonMembers members(ByteBuf object) {
        return new JsonMembers(object, JsonMembers.find(object));
    }

    private static ByteBuf value(ByteBuf object, JsonMembers members) {
        int start = members.valueStart();
        return object.slice(start, members.valueEnd() - start);
    }

    private static int count(JsonMembers members) {
        return Math.max(0, members.count());
    }

    /** As a member of a JSON object, with a comma before it; empty where nobody knows. */
    String member() {
        if (equals(UNKNOWN)) {
            return "";
        }
        return ",\"usage\":{\"input_tokens\":"
                + input
                + ",\"input_tokens_details\":{\"cached_tokens\":"
                + cached
                + ",\"cache_write_tokens\":0},\"output_tokens\":"
                + output
                + ",\"output_tokens_details\":{\"reasoning_tokens\":"
                + reasoning
                + "},\"total_tokens\":"
                + total
                + "}";
    }
}
