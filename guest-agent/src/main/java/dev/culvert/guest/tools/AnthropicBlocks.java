package dev.culvert.guest.tools;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.json.JsonText;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Finds, in what an Anthropic-shaped runtime said, what its next request must contain again. */
final class AnthropicBlocks {
    private static final String BLOCK = "{\"content_block\":";
    private static final String REDACTED = "redacted_thinking";

    private AnthropicBlocks() {}

    /**
     * @param rawJson as {@link dev.culvert.guest.runtime.GenerationListener#onAnthropic} says
     */
    static void read(String rawJson, Round round) {
        if (rawJson.startsWith(BLOCK) && rawJson.contains(REDACTED)) {
            round.block(rawJson.substring(BLOCK.length(), rawJson.length() - 1));
            return;
        }
        if (!rawJson.contains("signature_delta")) {
            return;
        }
        try (JsonParser json =
                JsonText.parser(Unpooled.copiedBuffer(rawJson, StandardCharsets.UTF_8))) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME
                        && json.currentName().equals("signature")
                        && json.nextToken() == JsonToken.VALUE_STRING) {
                    round.signature(JsonTexts.quoted(json.getText()));
                }
            }
        } catch (IOException _) {
            // without its signature, thinking is left out
        }
    }
}
