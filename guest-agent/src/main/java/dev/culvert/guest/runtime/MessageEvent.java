package dev.culvert.guest.runtime;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one event of the Messages API says, or one complete message. JSON texts are as the runtime
 * wrote them.
 *
 * @param type such as {@code content_block_delta}; empty if it has none
 * @param index of the content block; -1 if it has none
 * @param blocks the one that begins, or all of a complete message
 * @param delta the members of {@code delta}, or the end of a complete message; empty if it has none
 * @param usage the members of {@code usage}, of this or of its {@code message}; empty if it has
 *     none
 * @param error null unless the runtime broke off
 */
record MessageEvent(
        String type,
        int index,
        List<Block> blocks,
        Delta delta,
        Map<String, String> usage,
        @Nullable Fault error) {

    /**
     * A content block, or its beginning.
     *
     * @param words its {@code text} or {@code thinking}
     * @param signature a JSON string; null if it has none that is not empty
     * @param input the JSON object in a call of a tool; null if it has none
     */
    record Block(
            String type,
            String id,
            String name,
            String words,
            @Nullable String signature,
            @Nullable String input,
            String json) {}

    /**
     * A change of a content block, or of the message.
     *
     * @param words its {@code text}, {@code thinking} or {@code partial_json}; null if it has none
     * @param members the JSON texts of its members by name
     */
    record Delta(
            String type,
            @Nullable String words,
            @Nullable String stopReason,
            Map<String, String> members,
            String json) {
        static final Delta NONE = new Delta("", null, null, Map.of(), "{}");
    }

    /**
     * @param type such as {@code overloaded_error}; empty if the runtime did not say
     * @param message empty likewise
     */
    record Fault(String type, String message) {
        /** The HTTP status that the API gives to an error of this type; 0 for an unknown type. */
        int status() {
            return switch (type) {
                case "invalid_request_error" -> 400;
                case "authentication_error" -> 401;
                case "billing_error" -> 402;
                case "permission_error" -> 403;
                case "not_found_error" -> 404;
                case "request_too_large" -> 413;
                case "rate_limit_error" -> 429;
                case "api_error" -> 500;
                case "timeout_error" -> 504;
                case "overloaded_error" -> 529;
                default -> 0;
            };
        }

        @Override
        public String toString() {
            return type.isEmpty() || message.isEmpty() ? type + message : type + ": " + message;
        }
    }
}
