package dev.culvert.guest.tools;

import static dev.culvert.guest.tools.JsonTexts.quoted;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.guest.approvals.Packing;
import dev.culvert.guest.approvals.Unpacking;
import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.guest.tools.ToolRun.Outcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the model said in one round, and what its calls brought: messages of the next request. */
final class Round {
    private static final int END_BYTES = 2; // of the messages, and of the body

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

    void pack(Packing to) {
        to.text(text.toString()).text(thinking.toString());
        to.list(blocks, to::text);
        to.list(calls, call -> call.pack(to));
        to.list(outcomes, outcome -> to.flag(outcome.ok()).text(outcome.text()));
    }

    static Round read(Unpacking in) throws IOException {
        Round round = new Round();
        round.text.append(in.text());
        round.thinking.append(in.text());
        round.blocks.addAll(in.list(in::text));
        round.calls.addAll(in.list(() -> Call.read(in)));
        round.outcomes.addAll(in.list(() -> new Outcome(in.flag(), in.text())));
        if (round.calls.size() != round.outcomes.size()) {
            throw new IOException("it has a call without an outcome");
        }
        return round;
    }

    /**
     * The next request: the last one, whose body ends with its messages, and this round. Releases
     * {@code last}; what is returned belongs to the caller.
     *
     * @param dialect whether it is in Anthropic's form
     */
    ByteBuf after(ByteBuf last, boolean dialect) {
        byte[] more = (dialect ? asMessages() : asChat()).getBytes(UTF_8);
        int kept = last.readableBytes() - END_BYTES;
        ByteBuf next = last.alloc().ioBuffer(last.readableBytes() + more.length);
        next.writeBytes(last, last.readerIndex(), kept);
        next.writeBytes(more);
        next.writeBytes(last, last.readerIndex() + kept, END_BYTES);
        last.release();
        return next;
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
