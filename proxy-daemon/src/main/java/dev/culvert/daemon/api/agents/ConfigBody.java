package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import dev.culvert.mcp.BadServersException;
import dev.culvert.mcp.McpServers;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that a body can be a configuration. An agent that is away cannot check it now, and a
 * configuration that it refuses later would keep it from becoming ready.
 */
final class ConfigBody {
    private final List<String> warnings = new ArrayList<>();
    private boolean hasConfig;
    private boolean hasTools;
    private final ByteBuf object;

    private ConfigBody(ByteBuf object) {
        this.object = object;
    }

    /**
     * Checks a JSON object, which is lent. Returns warnings of rules that can match nothing.
     *
     * @throws ProblemException when a member is missing or has the wrong type
     */
    static List<String> check(ByteBuf object) {
        ConfigBody body = new ConfigBody(object);
        try (JsonParser parser = JsonText.parser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                body.checkMember(parser);
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        if (!body.hasConfig || !body.hasTools) {
            throw bad(
                    "The body must have both 'config' and 'tool_allowlist' (null allows every tool): together they replace the whole configuration.");
        }
        return body.warnings;
    }

    private void checkMember(JsonParser parser) throws IOException {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (name) {
            case "config" -> {
                hasConfig = true;
                if (value != JsonToken.START_OBJECT) {
                    throw bad("'config' must be a JSON object.");
                }
            }
            case "tool_allowlist" -> {
                hasTools = true;
                checkTools(parser, value);
            }
            case "tools" -> checkToolsObject(parser, value);
            case "policies" ->
                    throw bad(
                            "'policies' is what the daemon itself adds, from the section tools of its"
                                    + " settings: write the agent's own policy as 'tools.policy'.");
            default -> {
                // Only the agent knows whether it is valid.
            }
        }
    }

    private static void checkTools(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        boolean isList = value == JsonToken.START_ARRAY;
        while (isList && parser.nextToken() != JsonToken.END_ARRAY) {
            isList = parser.currentToken() == JsonToken.VALUE_STRING;
        }
        if (!isList) {
            throw bad("'tool_allowlist' must be a list of names, or null to allow every tool.");
        }
    }

    private void checkToolsObject(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw bad("'tools' must be a JSON object.");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            boolean isNull = parser.nextToken() == JsonToken.VALUE_NULL;
            String text = text(parser);
            if (name.equals("policy") && !isNull) {
                warnings.addAll(checked(text).warnings());
            } else if (name.equals("mcp")) {
                checkServers(text);
            }
        }
    }

    /** Of the value that the parser is at; it is at its end then. */
    private String text(JsonParser parser) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.finishToken();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        return object.toString(object.readerIndex() + start, end - start, UTF_8);
    }

    private static PolicyFile checked(String text) {
        try {
            return PolicyFile.read(Level.AGENT, "tools.policy", text);
        } catch (BadPolicyException e) {
            throw bad(
                    "The policy is not applied: "
                            + Quoted.page(String.join("; ", e.mistakes()))
                            + ". 'culvert policy test --level agent' checks it without an agent.");
        }
    }

    private static void checkServers(String text) {
        try {
            McpServers.read("tools.mcp", text);
        } catch (BadServersException e) {
            throw bad(Quoted.page(String.valueOf(e.getMessage())) + ".");
        }
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
