package dev.culvert.guest.tools;

import static dev.culvert.guest.tools.JsonTexts.quoted;

import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.guest.tools.ToolRun.Outcome;
import java.util.ArrayList;
import java.util.List;

/** What the model said in one round, and what its calls brought: messages of the next request. */
final class Round {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();

    /** Content blocks of Anthropic's that must come back as they were, such as thinking. */
    private final List<String> blocks = new ArrayList<>();

    private final List<Call> calls = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    void text(String delta) {
        text.append(delta);
    }

    void thinking(String delta) {
        thinking.append(delta);
    }

    /** The thinking so far is signed; the API wants it back with this. */
    void signature(String json) {
        blocks.add(
                "{\"type\":\"thinking\",\"thinking\":"
                        + quoted(thinking.toString())
                        + ",\"signature\":"
                        + json
                        + "}");
        thinking.setLength(0);
    }

    void block(String json) {
        blocks.add(json);
    }

    int chars() {
        return text.length() + thinking.length();
    }

    void add(Call call, Outcome outcome) {
        calls.add(call);
        outcomes.add(outcome);
    }

    /** Elements of {@code messages} of a chat completion, each after a comma. */
    String asChat() {
        StringBuilder json = new StringBuilder();
        json.append(",{\"role\":\"assistant\",\"content\":")
                .append(text.isEmpty() ? "null" : quoted(text.toString()))
                .append(",\"tool_calls\":[");
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            json.append(i == 0 ? "" : ",")
                    .append("{\"id\":")
                    .append(quoted(call.id()))
                    .append(",\"type\":\"function\",\"function\":{\"name\":")
                    .append(quoted(call.name()))
                    .append(",\"arguments\":")
                    .append(quoted(call.arguments()))
                    .append("}}");
        }
        json.append("]}");
        for (int i = 0; i < calls.size(); i++) {
            json.append(",{\"role\":\"tool\",\"tool_call_id\":")
                    .append(quoted(calls.get(i).id()))
                    .append(",\"content\":")
                    .append(quoted(words(outcomes.get(i))))
                    .append('}');
        }
        return json.toString();
    }

    /** Elements of {@code messages} of Anthropic's Messages API, each after a comma. */
    String asMessages() {
        StringBuilder json = new StringBuilder(",{\"role\":\"assistant\",\"content\":[");
        blocks.forEach(block -> json.append(block).append(','));
        if (!text.isEmpty()) {
            json.append("{\"type\":\"text\",\"text\":")
                    .append(quoted(text.toString()))
                    .append("},");
        }
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            json.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"tool_use\",\"id\":")
                    .append(quoted(call.id()))
                    .append(",\"name\":")
                    .append(quoted(call.name()))
                    .append(",\"input\":")
                    .append(call.arguments())
                    .append('}');
        }
        json.append("]},{\"role\":\"user\",\"content\":[");
        for (int i = 0; i < calls.size(); i++) {
            Outcome outcome = outcomes.get(i);
            json.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"tool_result\",\"tool_use_id\":")
                    .append(quoted(calls.get(i).id()))
                    .append(",\"content\":")
                    .append(quoted(outcome.text()))
                    .append(outcome.ok() ? "}" : ",\"is_error\":true}");
        }
        return json.append("]}").toString();
    }

    private static String words(Outcome outcome) {
        return outcome.ok() ? outcome.text() : "Error: " + outcome.text();
    }
}
