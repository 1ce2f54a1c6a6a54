package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Reads the last user message's text out of the body of a chat completion. */
final class UserWordsReader {

    private UserWordsReader() {}

    /** Borrows {@code body}; empty where there is no such message, or no JSON. */
    static String read(ByteBuf body) {
        String words = "";
        try (JsonParser json = JsonReaders.JSON.createParser(body.toString(UTF_8))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return "";
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isMessages = json.currentName().equals("messages");
                if (json.nextToken() == JsonToken.START_ARRAY && isMessages) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        words = message(json, words);
                    }
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException _) {
            return "";
        }
        return words;
    }

    private static String message(JsonParser json, String before) throws IOException {
        boolean byUser = false;
        StringBuilder text = new StringBuilder();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "role" -> byUser = "user".equals(JsonReaders.text(json));
                case "content" -> JsonReaders.appendContent(json, text);
                default -> json.skipChildren();
            }
        }
        return byUser ? text.toString() : before;
    }
}
