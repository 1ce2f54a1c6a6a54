package dev.culvert.guest.desired;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.guest.config.RuntimeHeaders;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.desired.JsonObject.Value;
import dev.culvert.guest.policy.ToolAllowlist;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.json.JsonText;
import dev.culvert.mcp.BadServersException;
import dev.culvert.mcp.McpServer;
import dev.culvert.mcp.McpServers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a {@code config_update}, checked.
 *
 * @param options members of each request to the runtime; the values are JSON texts
 * @param systemPrompt a JSON text; null for none
 * @param headers added to each request to the runtime
 * @param tools which it may use
 * @param runtimeKind the API that the runtime speaks
 * @param servers MCP servers whose tools it has
 */
public record AgentConfig(
        Map<String, String> options,
        @Nullable String systemPrompt,
        Map<String, String> headers,
        ToolRules tools,
        RuntimeKind runtimeKind,
        List<McpServer> servers) {

    public AgentConfig {
        options = new LinkedHashMap<>(options);
        headers = Map.copyOf(headers);
        servers = List.copyOf(servers);
    }

    /** What is in force before the first update. */
    static AgentConfig unconfigured(RuntimeRequests defaults) {
        return new AgentConfig(
                withModel(Map.of(), defaults.model()),
                null,
                Map.of(),
                ToolRules.NONE,
                defaults.kind(),
                List.of());
    }

    /**
     * Borrows {@code payload}.
     *
     * @param defaults for what the payload does not say
     */
    static AgentConfig read(ByteBuf payload, RuntimeRequests defaults)
            throws InvalidPayloadException {
        JsonObject update = JsonObject.read("the payload", payload);
        Value config = required(update, "config");
        if (config.kind() != JsonToken.START_OBJECT) {
            throw new InvalidPayloadException("'config' must be an object");
        }
        Map<String, String> options = new LinkedHashMap<>();
        String systemPrompt = null;
        Map<String, String> headers = Map.of();
        RuntimeKind kind = defaults.kind();
        for (Map.Entry<String, Value> member :
                JsonObject.read("'config'", config).members().entrySet()) {
            String name = member.getKey();
            Value value = member.getValue();
            if (value.isNull()) {
                continue;
            }
            switch (name) {
                case "system_prompt" -> {
                    expect(value.isString(), name, "a string");
                    systemPrompt = value.text();
                }
                case "headers" -> headers = headers(value);
                case "runtime_kind" -> kind = runtimeKind(value);
                case "model" -> {
                    expect(value.isString(), name, "a string");
                    options.put(name, value.text());
                }
                case "temperature" -> {
                    expect(value.kind().isNumeric(), name, "a number");
                    options.put(name, value.text());
                }
                case "max_tokens" -> {
                    expect(
                            value.kind() == JsonToken.VALUE_NUMBER_INT
                                    && value.text().matches("[1-9][0-9]{0,9}"),
                            name,
                            "an integer from 1");
                    options.put(name, value.text());
                }
                case "messages", "stream" ->
                        throw new InvalidPayloadException(
                                "'config."
                                        + name
                                        + "' is not allowed: the agent sets it for each turn");
                default -> options.put(name, value.text());
            }
        }
        ToolRules tools =
                new ToolRules(
                        new ToolAllowlist(allowedTools(required(update, "tool_allowlist"))),
                        UpdatedPolicy.read(update));
        return new AgentConfig(
                withModel(options, defaults.model()),
                systemPrompt,
                headers,
                tools,
                kind,
                servers(update.get("tools")));
    }

    private static List<McpServer> servers(@Nullable Value tools) throws InvalidPayloadException {
        Value servers =
                tools == null || tools.isNull()
                        ? null
                        : JsonObject.read("'tools'", tools).get("mcp");
        if (servers == null || servers.isNull()) {
            return List.of();
        }
        try {
            return McpServers.read("tools.mcp", servers.text());
        } catch (BadServersException e) {
            throw new InvalidPayloadException(String.valueOf(e.getMessage()));
        }
    }

    /** With this model, if the options name none. */
    private static Map<String, String> withModel(
            Map<String, String> options, @Nullable String model) {
        if (model == null || options.containsKey("model")) {
            return options;
        }
        Map<String, String> all = new LinkedHashMap<>(options);
        all.put(
                "model",
                '"' + new String(JsonStringEncoder.getInstance().quoteAsString(model)) + '"');
        return all;
    }

    private static RuntimeKind runtimeKind(Value value) throws InvalidPayloadException {
        RuntimeKind kind = value.isString() ? RuntimeKind.of(value.string()) : null;
        if (kind == null) {
            throw new InvalidPayloadException(
                    "'config.runtime_kind' must be \"openai\" or \"anthropic\"");
        }
        return kind;
    }

    private static Value required(JsonObject update, String name) throws InvalidPayloadException {
        Value value = update.get(name);
        if (value == null) {
            throw new InvalidPayloadException(
                    "'"
                            + name
                            + "' is missing; an update needs both 'config' and 'tool_allowlist'");
        }
        return value;
    }

    private static void expect(boolean holds, String name, String kind)
            throws InvalidPayloadException {
        if (!holds) {
            throw new InvalidPayloadException("'config." + name + "' must be " + kind);
        }
    }

    private static Map<String, String> headers(Value value) throws InvalidPayloadException {
        expect(value.kind() == JsonToken.START_OBJECT, "headers", "an object of strings");
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, Value> header :
                JsonObject.read("'config.headers'", value).members().entrySet()) {
            String name = header.getKey();
            expect(header.getValue().isString(), "headers." + name, "a string");
            String text = header.getValue().string();
            try {
                RuntimeHeaders.check(name, text);
            } catch (IllegalArgumentException e) {
                throw new InvalidPayloadException("'config.headers': " + e.getMessage());
            }
            headers.put(name, text);
        }
        return headers;
    }

    private static List<String> allowedTools(Value value) throws InvalidPayloadException {
        if (value.isNull()) {
            return List.of();
        }
        List<String> patterns = new ArrayList<>();
        ByteBuf text = Unpooled.copiedBuffer(value.text(), StandardCharsets.UTF_8);
        try (JsonParser parser = JsonText.parser(text)) {
            boolean strings = parser.nextToken() == JsonToken.START_ARRAY;
            while (strings && parser.nextToken() != JsonToken.END_ARRAY) {
                strings = parser.currentToken() == JsonToken.VALUE_STRING;
                if (strings && !parser.getText().isBlank()) {
                    patterns.add(parser.getText());
                } else {
                    strings = false;
                }
            }
            if (!strings) {
                throw new InvalidPayloadException(
                        "'tool_allowlist' must be an array of tool names or globs, or null");
            }
        } catch (IOException e) {
            throw new InvalidPayloadException(
                    "'tool_allowlist' cannot be read: " + JsonObject.why(e));
        }
        return patterns;
    }
}
