package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Checks that a body can be a configuration. An agent that is away cannot check it now, and a
 * configuration that it refuses later would keep it from becoming ready.
 */
final class ConfigBody {
    private boolean hasConfig;
    private boolean hasTools;
    private final ByteBuf object;

    private ConfigBody(ByteBuf object) {
        this.object = object;
    }

    /**
     * Checks a JSON object, which is lent.
     *
     * @throws ProblemException when a member is missing or has the wrong type
     */
    static void check(ByteBuf object) {
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
            case "tools" -> checkPolicy(parser, value);
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

    private void checkPolicy(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw bad("'tools' must be a JSON object.");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isPolicy = parser.currentName().equals("policy");
            boolean isNull = parser.nextToken() == JsonToken.VALUE_NULL;
            String text = text(parser);
            if (isPolicy && !isNull) {
                checkPolicy(text);
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

    private static void checkPolicy(String text) {
        try {
            PolicyFile.read(Level.HOST, "tools.policy", text);
        } catch (BadPolicyException e) {
            throw bad(
                    "The policy is not applied: "
                            + Quoted.page(String.join("; ", e.mistakes()))
                            + ". 'culvert policy test --level host' checks it without an agent.");
        }
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
