package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * Of the section {@code http}: how many bytes the body of one request to a front may have. Clients
 * of the first three send the whole conversation each time, with its images.
 *
 * @param chat OpenAI's chat completions
 * @param responses OpenAI's responses
 * @param messages Anthropic's messages
 * @param mcp the Model Context Protocol
 */
public record FrontBodies(int chat, int responses, int messages, int mcp) {
    private static final int LARGE_BYTES = 32 * 1024 * 1024;

    /** A body is in memory as a whole until the agent has it. */
    static final int LARGEST_BYTES = 256 * 1024 * 1024;

    public static final String CHAT = "max_chat_body_bytes";
    public static final String RESPONSES = "max_responses_body_bytes";
    public static final String MESSAGES = "max_messages_body_bytes";
    public static final String MCP = "max_mcp_body_bytes";

    public static final FrontBodies DEFAULTS = each(LARGE_BYTES);

    public FrontBodies {
        Check.bytesBetween(CHAT, chat, 1, LARGEST_BYTES);
        Check.bytesBetween(RESPONSES, responses, 1, LARGEST_BYTES);
        Check.bytesBetween(MESSAGES, messages, 1, LARGEST_BYTES);
        Check.bytesBetween(MCP, mcp, 1, LARGEST_BYTES);
    }

    /** So many bytes for each front. */
    public static FrontBodies each(int bytes) {
        return new FrontBodies(bytes, bytes, bytes, bytes);
    }

    static FrontBodies read(Section http) {
        return new FrontBodies(
                http.get(CHAT, Kind.BYTES, DEFAULTS.chat),
                http.get(RESPONSES, Kind.BYTES, DEFAULTS.responses),
                http.get(MESSAGES, Kind.BYTES, DEFAULTS.messages),
                http.get(MCP, Kind.BYTES, DEFAULTS.mcp));
    }
}
