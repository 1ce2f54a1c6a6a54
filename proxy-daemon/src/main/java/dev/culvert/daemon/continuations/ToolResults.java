package dev.culvert.daemon.continuations;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client's tools brought: the body of a request that goes on with a turn.
 *
 * @param continuation null if the body has none
 * @param byId as JSON writes texts between quotes
 * @param twice the ids that have more than one result
 */
public record ToolResults(
        @Nullable String continuation, Map<String, byte[]> byId, List<String> twice) {
    /** A member, an element, its members. */
    public static final int LEVELS = 3;

    private static final byte[] ERROR = "Error: ".getBytes(US_ASCII);
    private static final int MOST_NAMED = 8;

    /**
     * Reads a body, which the outline was made of with {@link #LEVELS}.
     *
     * @throws ProblemException when it is something else
     */
    public static ToolResults read(JsonOutline json) {
        int results = NONE;
        String continuation = null;
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            if (json.isNamed(it, "tool_results")) {
                results = it;
            } else if (json.isNamed(it, "continuation") && json.isText(it)) {
                continuation = json.text(it);
            } else {
                throw bad(
                        "The member '%s' of the body is unknown, or no text: send 'tool_results' and 'continuation'."
                                .formatted(Quoted.word(json.name(it))));
            }
        }
        if (results == NONE || json.kind(results) != '[') {
            throw bad(
                    "The body needs the member 'tool_results': a list with one object for each"
                            + " tool_call of the turn.");
        }
        Map<String, byte[]> byId = new LinkedHashMap<>();
        List<String> twice = new ArrayList<>();
        for (int it = json.first(results); it != NONE; it = json.next(it)) {
            String id = id(json, it);
            if (byId.put(id, result(json, it)) != null) {
                twice.add(id);
            }
        }
        return new ToolResults(continuation, byId, twice);
    }

    private static String id(JsonOutline json, int element) {
        int id = json.kind(element) == '{' ? json.find(element, "id") : NONE;
        if (id == NONE || !json.isText(id)) {
            throw at(json, element, "needs the member 'id': the call_id of the tool_call, a text.");
        }
        return json.text(id);
    }

    private static byte[] result(JsonOutline json, int element) {
        int success = json.find(element, "success");
        byte kind = success == NONE ? 0 : json.kind(success);
        if (kind != 't' && kind != 'f') {
            throw at(json, element, "needs the member 'success': true or false.");
        }
        boolean isSuccess = kind == 't';
        String name = isSuccess ? "result" : "error";
        int told = json.find(element, name);
        if (told == NONE || json.find(element, isSuccess ? "error" : "result") != NONE) {
            throw at(
                    json,
                    element,
                    "says \"success\":%s, so it needs the member '%s', and no '%s'."
                            .formatted(isSuccess, name, isSuccess ? "error" : "result"));
        } else if (!isSuccess && !json.isText(told)) {
            throw at(json, told, "must be a text that says what went wrong.");
        }
        ByteBuf out = Unpooled.buffer(json.length(told) + ERROR.length);
        if (!isSuccess) {
            out.writeBytes(ERROR);
        }
        if (json.isText(told)) {
            json.copyInside(told, out);
        } else {
            json.copyEscaped(told, out);
        }
        return ByteBufUtil.getBytes(out);
    }

    /**
     * Checks that there is one result for each call, and no other.
     *
     * @throws ProblemException naming those that are missing, unknown or there twice
     */
    void check(List<ClientCall> calls) {
        List<String> called = calls.stream().map(ClientCall::id).toList();
        List<String> missing = called.stream().filter(id -> !byId.containsKey(id)).toList();
        List<String> unknown = byId.keySet().stream().filter(id -> !called.contains(id)).toList();
        List<String> wrong = new ArrayList<>();
        name(wrong, "missing", missing);
        name(wrong, "of no call", unknown);
        name(wrong, "there twice", twice);
        if (!wrong.isEmpty()) {
            throw new ProblemException(
                    Problem.of(
                                    BAD_REQUEST,
                                    "The results do not fit the calls of the turn: %s. Send one result for each tool_call, in any order; the continuation can still be used."
                                            .formatted(String.join("; ", wrong)))
                            .member("code", "wrong_results"));
        }
    }

    private static void name(List<String> wrong, String how, List<String> ids) {
        if (!ids.isEmpty()) {
            String named =
                    ids.stream()
                            .limit(MOST_NAMED)
                            .map(id -> "'" + Quoted.word(id) + "'")
                            .collect(Collectors.joining(", "));
            String more = ids.size() > MOST_NAMED ? " and " + (ids.size() - MOST_NAMED) : "";
            wrong.add(how + ": " + named + more);
        }
    }

    private static ProblemException at(JsonOutline json, int value, String what) {
        return bad("'%s' %s".formatted(Quoted.word(json.path(value)), what));
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(
                Problem.of(BAD_REQUEST, sentence).member("code", "wrong_results"));
    }
}
