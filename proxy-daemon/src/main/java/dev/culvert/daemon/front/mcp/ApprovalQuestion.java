package dev.culvert.daemon.front.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Json;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A call of a tool that waits for an approval, as the client's user is asked about it.
 *
 * @param agent that will run the call
 * @param arguments JSON, as the agent will use them
 * @param rule empty if the default of the policy asks
 * @param why empty if the agent does not say
 * @param expires when it counts as denied; empty if the agent does not say
 * @param state {@code pending} if nobody has decided
 */
record ApprovalQuestion(
        String agent,
        String id,
        String tool,
        String arguments,
        String rule,
        String why,
        String expires,
        String state) {
    /** How the name of a run begins; no id of an agent has a colon. */
    private static final String RUN = "flow:";

    private static final String METHOD = "elicitation/create";
    static final String DECISION = "decision";
    static final String REASON = "reason";
    static final String ALLOW = "allow";
    static final String DENY = "deny";

    /** Of a reason. */
    static final int MOST_REASON_CHARS = 500;

    /** A form has no way to show more, and whoever decides must see all. */
    private static final int MOST_SHOWN_CHARS = 4_000;

    /**
     * Reads what the daemon has stored. Borrows {@code approval}.
     *
     * @throws dev.culvert.json.BadJsonException when it is no JSON object
     */
    static ApprovalQuestion of(ByteBuf approval) {
        Map<String, String> texts = new HashMap<>();
        String arguments = "{}";
        JsonMembers members = JsonText.members(approval);
        while (members.next()) {
            if (members.isNamed("arguments")) {
                int start = members.valueStart();
                arguments = approval.toString(start, members.valueEnd() - start, UTF_8);
            } else if (members.kind() == '"') {
                texts.put(members.name(), members.text());
            }
        }
        return new ApprovalQuestion(
                texts.getOrDefault("agent", ""),
                texts.getOrDefault("id", ""),
                texts.getOrDefault("tool_name", ""),
                arguments,
                texts.getOrDefault("rule", ""),
                texts.getOrDefault("why", ""),
                texts.getOrDefault("expires", ""),
                texts.getOrDefault("state", ""));
    }

    /** Whether it can be asked in a form: it is open, and can be shown to its last character. */
    boolean isForAForm() {
        return state.equals("pending")
                && arguments.length() <= MOST_SHOWN_CHARS
                && Quoted.cut(arguments, Integer.MAX_VALUE).length() <= MOST_SHOWN_CHARS;
    }

    /** What is asked, for people. */
    String sentence() {
        StringBuilder said = new StringBuilder();
        said.append(
                agent.startsWith(RUN)
                        ? "The run %s of a flow asks whether it may go on."
                                .formatted(Quoted.word(agent.substring(RUN.length())))
                        : "The agent %s asks whether it may use %s."
                                .formatted(Quoted.word(agent), Quoted.word(tool)));
        said.append("\nArguments: ").append(Quoted.cut(arguments, MOST_SHOWN_CHARS));
        if (!why.isEmpty()) {
            said.append("\nWhy it asks: ").append(Quoted.sentence(why));
        }
        if (!rule.isEmpty()) {
            said.append("\nRule: ").append(Quoted.word(rule));
        }
        if (!expires.isEmpty()) {
            said.append("\nIt counts as denied after ").append(Quoted.word(expires)).append('.');
        }
        return said.toString();
    }

    /** The member of {@code inputRequests} that asks. */
    void write(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(id);
        json.writeStringField("method", METHOD);
        json.writeObjectFieldStart("params");
        json.writeStringField("mode", "form");
        writeForm(json);
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The request that asks, in the revisions in which a server sends some. */
    ByteBuf request() {
        return Json.object(json -> {
            json.writeStringField("jsonrpc", "2.0");
            json.writeStringField("id", id);
            json.writeStringField("method", METHOD);
            json.writeObjectFieldStart("params");
            writeForm(json);
            json.writeEndObject();
        });
    }

    private void writeForm(JsonGenerator json) throws IOException {
        json.writeStringField("message", sentence());
        json.writeObjectFieldStart("requestedSchema");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        json.writeObjectFieldStart(DECISION);
        json.writeStringField("type", "string");
        json.writeStringField("title", "Decision");
        json.writeArrayFieldStart("enum");
        json.writeString(ALLOW);
        json.writeString(DENY);
        json.writeEndArray();
        json.writeEndObject();
        json.writeObjectFieldStart(REASON);
        json.writeStringField("type", "string");
        json.writeStringField("title", "Reason");
        json.writeStringField("description", "For the agent, and for the audit log.");
        json.writeNumberField("maxLength", MOST_REASON_CHARS);
        json.writeEndObject();
        json.writeEndObject();
        json.writeArrayFieldStart("required");
        json.writeString(DECISION);
        json.writeEndArray();
        json.writeEndObject();
    }
}
