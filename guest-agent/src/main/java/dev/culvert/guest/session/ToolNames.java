package dev.culvert.guest.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** The names of a client's own tools. */
final class ToolNames {
    private ToolNames() {}

    /**
     * Borrows {@code tools}. Whatever form a definition has, each string {@code name} in it counts,
     * but for those in the schema of its arguments.
     *
     * @param tools the array of a request; empty for none
     */
    static Set<String> in(ByteBuf tools) {
        Set<String> names = new HashSet<>();
        if (!tools.isReadable()) {
            return names;
        }
        try (JsonParser json = JsonText.parser(tools)) {
            while (json.nextToken() != null) {
                if (json.currentToken() != JsonToken.FIELD_NAME) {
                    continue;
                }
                String member = json.currentName();
                JsonToken value = json.nextToken();
                if (member.equals("name") && value == JsonToken.VALUE_STRING) {
                    names.add(json.getText());
                } else if (member.equals("parameters") || member.equals("input_schema")) {
                    json.skipChildren();
                }
            }
        } catch (IOException _) {
            // the payload was checked; the runtime says what is wrong with it
        }
        return names;
    }
}
