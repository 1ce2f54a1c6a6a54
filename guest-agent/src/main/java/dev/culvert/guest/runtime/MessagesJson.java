package dev.culvert.guest.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes what the Messages API says in the form that chunks have (messages.md). */
final class MessagesJson {
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,15}");

    private MessagesJson() {}

    /** A fragment that begins a call of a tool. */
    static String callBegins(int index, String id, String name) {
        return "[{\"index\":"
                + index
                + ",\"id\":"
                + quoted(id)
                + ",\"type\":\"function\",\"function\":{\"name\":"
                + quoted(name)
                + ",\"arguments\":\"\"}}]";
    }

    /** A fragment with a piece of the arguments. */
    static String arguments(int index, String piece) {
        return "[{\"index\":" + index + ",\"function\":{\"arguments\":" + quoted(piece) + "}}]";
    }

    /** In OpenAI's words; null if the runtime did not say why it stopped. */
    static @Nullable String finishReason(@Nullable String stopReason) {
        if (stopReason == null) {
            return null;
        }
        return switch (stopReason) {
            case "end_turn", "stop_sequence", "pause_turn" -> "stop";
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> "tool_calls";
            case "refusal" -> "content_filter";
            default -> stopReason;
        };
    }

    /** In OpenAI's form, in which tokens of a cache count as tokens of the prompt. */
    static @Nullable String usage(Map<String, String> usage) {
        if (usage.isEmpty()) {
            return null;
        }
        long cached = count(usage, "cache_read_input_tokens");
        long created = count(usage, "cache_creation_input_tokens");
        long input = count(usage, "input_tokens") + cached + created;
        long output = count(usage, "output_tokens");
        return "{\"prompt_tokens\":"
                + input
                + ",\"completion_tokens\":"
                + output
                + ",\"total_tokens\":"
                + (input + output)
                + ",\"prompt_tokens_details\":{\"cached_tokens\":"
                + cached
                + "}}";
    }

    private static long count(Map<String, String> usage, String name) {
        String number = usage.getOrDefault(name, "0");
        return COUNT.matcher(number).matches() ? Long.parseLong(number) : 0;
    }

    /** The end in the runtime's own words. */
    static String end(Map<String, String> delta, Map<String, String> usage) {
        Map<String, String> all = new LinkedHashMap<>(delta);
        all.put("usage", object(usage));
        return object(all);
    }

    private static String object(Map<String, String> members) {
        StringBuilder object = new StringBuilder("{");
        members.forEach((name, json) -> {
            object.append(object.length() > 1 ? "," : "");
            object.append(quoted(name)).append(':').append(json);
        });
        return object.append('}').toString();
    }

    /** A JSON string, in which surrogates are escaped: a piece may end in the middle of a pair. */
    static String quoted(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder quoted = new StringBuilder(text.length() + 8).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
