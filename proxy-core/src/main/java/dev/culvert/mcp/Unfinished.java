package dev.culvert.mcp;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.Tree.Members;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results of calls that are none yet: the server wants input, or works on. */
/*
 * Nobody is there who could give input, and the call is not made again. We announce no extension, so a server has no
 * reason to answer with a task.
 */
final class Unfinished {
    private static final int MOST_QUESTIONS = 4;
    private static final int MOST_QUESTION_CHARS = 200;

    private Unfinished() {}

    /** Completes the sentence "the server …"; null if the result is one. */
    static @Nullable String why(Members result) {
        String type = result.text("resultType");
        if ("input_required".equals(type)) {
            return "asks for input, which an agent cannot give, so the call has no result"
                    + questions(result.members("inputRequests"))
                    + "; a call with arguments that leave nothing open may work";
        }
        if ("task".equals(type) || isTaskOfRevision2025(result)) {
            return "goes on with the call as a task, which an agent does not follow; whether it did"
                    + " its work is not known";
        }
        return type == null || type.equals("complete")
                ? null
                : "answered with a result of the type '%s', which is not known here; whether it did its work is not known"
                        .formatted(Quoted.word(type));
    }

    private static boolean isTaskOfRevision2025(Members result) {
        return result.get("content") == null && result.get("task") instanceof Members;
    }

    private static String questions(Members requests) {
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, Tree> request : requests.all().entrySet()) {
            if (all.size() < MOST_QUESTIONS && request.getValue() instanceof Members asked) {
                String message = asked.members("params").text("message");
                String method = String.valueOf(asked.text("method"));
                all.add(
                        Quoted.word(method)
                                + (message == null
                                        ? ""
                                        : ": " + Quoted.cut(message, MOST_QUESTION_CHARS)));
            }
        }
        return all.isEmpty() ? "" : " (" + String.join("; ", all) + ")";
    }
}
