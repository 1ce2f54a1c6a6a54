package dev.culvert.guest.tools;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.guest.approvals.Packing;
import dev.culvert.guest.approvals.Unpacking;
import dev.culvert.json.JsonText;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The token counts of all rounds of a turn. */
final class UsageSum {
    private @Nullable String only;
    private int rounds;
    private long prompt;
    private long completion;
    private long total;
    private long cached;

    /**
     * @param usage an object in OpenAI's form; null if the runtime gave none
     */
    void add(@Nullable String usage) {
        if (usage == null) {
            return;
        }
        rounds++;
        only = usage;
        try (JsonParser json =
                JsonText.parser(Unpooled.copiedBuffer(usage, StandardCharsets.UTF_8))) {
            json.nextToken();
            read(json);
        } catch (IOException _) {
            // the runtime's client has checked it; a strange number counts as none
        }
    }

    private void read(JsonParser json) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            long number = value == JsonToken.VALUE_NUMBER_INT ? json.getLongValue() : 0;
            switch (member) {
                case "prompt_tokens" -> prompt += number;
                case "completion_tokens" -> completion += number;
                case "total_tokens" -> total += number;
                case "cached_tokens" -> cached += number;
                case "prompt_tokens_details" -> {
                    if (value == JsonToken.START_OBJECT) {
                        read(json);
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    void pack(Packing to) {
        to.maybe(only)
                .number(rounds)
                .number(prompt)
                .number(completion)
                .number(total)
                .number(cached);
    }

    static UsageSum read(Unpacking in) throws IOException {
        UsageSum sum = new UsageSum();
        sum.only = in.maybe();
        sum.rounds = (int) in.number();
        sum.prompt = in.number();
        sum.completion = in.number();
        sum.total = in.number();
        sum.cached = in.number();
        return sum;
    }

    /** The runtime's own words if there was one round; null if it gave no counts. */
    @Nullable String json() {
        if (rounds <= 1) {
            return only;
        }
        return "{\"prompt_tokens\":"
                + prompt
                + ",\"completion_tokens\":"
                + completion
                + ",\"total_tokens\":"
                + total
                + ",\"prompt_tokens_details\":{\"cached_tokens\":"
                + cached
                + "}}";
    }
}
