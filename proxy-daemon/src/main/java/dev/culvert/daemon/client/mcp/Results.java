package dev.culvert.daemon.client.mcp;

import dev.culvert.about.Version;
import dev.culvert.daemon.client.workbench.Outcome;
import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages as the protocol has them. */
final class Results {
    /** What is asked before a plan is applied. */
    static final String CONFIRM = "confirm";

    private static final int INVALID_PARAMS = -32602;

    private Results() {}

    /** The response to a request. */
    static Value response(Value request, Value result) {
        return Value.members("jsonrpc", "2.0", "id", request.at("id"), "result", result);
    }

    static Value mistake(Value request, String sentence) {
        return Value.members(
                "jsonrpc",
                "2.0",
                "id",
                request.at("id"),
                "error",
                Value.members("code", INVALID_PARAMS, "message", sentence));
    }

    /** The result of a tool. */
    static Value tool(Outcome outcome, Program program) {
        return complete(
                program,
                "content",
                Value.of(List.of(Value.members("type", "text", "text", outcome.text()))),
                "isError",
                !outcome.ok());
    }

    /** A result with these members, by turns names and values. */
    static Value complete(Program program, Object... members) {
        Map<String, Value> all = new LinkedHashMap<>();
        if (program.isModern()) {
            all.put("resultType", Value.of("complete"));
        }
        all.putAll(Value.members(members).map());
        all.put(
                "_meta",
                Value.members(
                        McpEndpoint.META + "serverInfo",
                        Value.members(
                                "name", "culvert", "title", "Culvert", "version", Version.text())));
        return new Value.Members(all);
    }

    /** The result that asks the user, in the revision that has such results. */
    static Value asks(String question) {
        return Value.members(
                "resultType",
                "input_required",
                "inputRequests",
                Value.members(
                        CONFIRM,
                        Value.members(
                                "method",
                                "elicitation/create",
                                "params",
                                form(Value.members("mode", "form"), question))));
    }

    /** The request that asks the user, in the others. */
    static Value request(String id, String question) {
        return Value.members(
                "jsonrpc",
                "2.0",
                "id",
                id,
                "method",
                "elicitation/create",
                "params",
                form(Value.members(), question));
    }

    private static Value form(Value begin, String question) {
        Map<String, Value> members = new LinkedHashMap<>(begin.map());
        members.put("message", Value.of(question));
        members.put(
                "requestedSchema",
                Value.members(
                        "type",
                        "object",
                        "properties",
                        Value.members(
                                CONFIRM,
                                Value.members(
                                        "type",
                                        "boolean",
                                        "title",
                                        "Do it",
                                        "description",
                                        "Does exactly these changes.")),
                        "required",
                        Value.of(List.of(Value.of(CONFIRM)))));
        return new Value.Members(members);
    }

    /** Whether the answer to such a question agrees. */
    static boolean agrees(Value reply) {
        return reply.text("action").equals("accept")
                && reply.at("content", CONFIRM).text().equals("true");
    }

    static Value progress(Value token, int number, String line) {
        return Value.members(
                "jsonrpc",
                "2.0",
                "method",
                "notifications/progress",
                "params",
                Value.members("progressToken", token, "progress", number, "message", line));
    }
}
