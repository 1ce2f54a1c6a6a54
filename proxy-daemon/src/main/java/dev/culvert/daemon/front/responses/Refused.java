package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.JsonOutline;
import java.util.regex.Pattern;

/** Refuses a part of a request, and names it the way OpenAI's own errors do. */
final class Refused {
    private static final Pattern INDEX = Pattern.compile("\\.(\\d+)(?=\\.|$)");

    private Refused() {}

    /**
     * A 400 about this value.
     *
     * @param why what is wrong, and what to do: it follows the name of the value
     */
    static ProblemException at(JsonOutline json, int value, String why) {
        String param = INDEX.matcher(json.path(value)).replaceAll("[$1]");
        return OpenAiProblems.invalid(param, "'" + param + "' " + why);
    }

    /** A 400 about a member that is not there. */
    static ProblemException missing(JsonOutline json, int object, String member) {
        String path = INDEX.matcher(json.path(object)).replaceAll("[$1]");
        String param = path.isEmpty() ? member : path + "." + member;
        return OpenAiProblems.invalid(param, "'" + param + "' is missing, or null: send it.");
    }
}
