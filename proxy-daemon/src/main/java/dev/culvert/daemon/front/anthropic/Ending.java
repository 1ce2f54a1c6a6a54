package dev.culvert.daemon.front.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a message ends, as its turn's last chunk says: why, and what it took. */
/* Made once for a message. What an Anthropic runtime said itself counts more than what is derived from OpenAI's words. */
final class Ending {
    /** What only a message has besides the counts, and a delta has not. */
    private static final List<String> ONLY_OF_A_MESSAGE =
            List.of("cache_creation", "inference_geo", "service_tier", "speed");

    private static final String OF_A_MESSAGE =
            ONLY_OF_A_MESSAGE.stream()
                    .map(name -> ",\"" + name + "\":null")
                    .collect(Collectors.joining("", "", "}"));

    private String finishReason = "";
    private boolean hasCalls;
    private @Nullable String stopReason;
    private @Nullable String stopSequence;
    private @Nullable String originalUsage;
    private String counts = counts(0, 0, 0, "null");

    private static String counts(int input, int cached, int output, String details) {
        return "\"input_tokens\":%d,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":%d,\"output_tokens\":%d,\"output_tokens_details\":%s,\"server_tool_use\":null"
                .formatted(input, cached, output, details);
    }

    void finished(String reason) {
        finishReason = reason;
    }

    void calls(boolean has) {
        hasCalls = has;
    }

    /** Reads a usage under OpenAI's names. Borrows it. */
    void used(ByteBuf usage) {
        int input = 0;
        int output = 0;
        int cached = 0;
        int thought = 0;
        JsonMembers members = new JsonMembers(usage, JsonMembers.find(usage));
        while (members.next()) {
            if (members.isNamed("prompt_tokens") || members.isNamed("input_tokens")) {
                input = Math.max(input, members.count());
            } else if (members.isNamed("completion_tokens") || members.isNamed("output_tokens")) {
                output = Math.max(output, members.count());
            } else if (members.kind() == '{' && members.isNamed("prompt_tokens_details")) {
                cached = detail(usage, members, "cached_tokens");
            } else if (members.kind() == '{' && members.isNamed("completion_tokens_details")) {
                thought = detail(usage, members, "reasoning_tokens");
            }
        }
        int read = Math.min(cached, input);
        String details = thought == 0 ? "null" : "{\"thinking_tokens\":" + thought + "}";
        counts = counts(input - read, read, output, details);
    }

    private static int detail(ByteBuf usage, JsonMembers at, String name) {
        int start = at.valueStart();
        ByteBuf details = usage.slice(start, at.valueEnd() - start);
        JsonMembers members = new JsonMembers(details, JsonMembers.find(details));
        int count = 0;
        while (members.next()) {
            if (members.isNamed(name)) {
                count = members.count();
            }
        }
        return count;
    }

    /** Notes a member of what an Anthropic runtime said itself. */
    void original(ByteBuf said, JsonMembers member) {
        String value =
                said.toString(member.valueStart(), member.valueEnd() - member.valueStart(), UTF_8);
        boolean isText = member.kind() == '"';
        if (isText && member.isNamed("stop_reason")) {
            stopReason = value;
        } else if (isText && member.isNamed("stop_sequence")) {
            stopSequence = value;
        } else if (member.kind() == '{' && member.isNamed("usage")) {
            originalUsage = value;
        }
    }

    /** The members of a message that say why it ended; if it has not, they are null. */
    static String stop(@Nullable Ending how) {
        return "\"container\":null,\"stop_details\":null,\"stop_reason\":%s,\"stop_sequence\":%s"
                .formatted(
                        how == null ? "null" : how.reason(),
                        how == null ? "null" : String.valueOf(how.stopSequence));
    }

    private String reason() {
        return stopReason == null ? "\"" + derived() + "\"" : stopReason;
    }

    private String derived() {
        return switch (finishReason) {
            case "length" -> "max_tokens";
            case "content_filter" -> "refusal";
            case "tool_calls", "function_call" -> "tool_use";
            default -> hasCalls ? "tool_use" : "end_turn"; // some say "stop" after a call, too
        };
    }

    /** The usage of a message, a JSON object. */
    String usage() {
        return originalUsage == null ? "{" + counts + OF_A_MESSAGE : originalUsage;
    }

    /** The usage at the end of a stream, a JSON object. */
    String usageSoFar() {
        return originalUsage == null
                ? "{" + counts + "}"
                : withoutWhatOnlyAMessageHas(originalUsage);
    }

    private static String withoutWhatOnlyAMessageHas(String usage) {
        ByteBuf json = Unpooled.copiedBuffer(usage, UTF_8);
        StringJoiner kept = new StringJoiner(",", "{", "}");
        JsonMembers members = new JsonMembers(json, JsonMembers.find(json));
        while (members.next()) {
            if (ONLY_OF_A_MESSAGE.stream().noneMatch(members::isNamed)) {
                int start = members.nameStart() - 1;
                kept.add(json.toString(start, members.valueEnd() - start, UTF_8));
            }
        }
        return kept.toString();
    }
}
