package dev.culvert.daemon.front.anthropic;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.JsonOutline;

/** Refuses a part of a request, and names it the way Anthropic's own errors do. */
final class Unfit {
    private Unfit() {}

    /**
     * A 400 about this value.
     *
     * @param why what is wrong, and what to do: it follows the path of the value and a colon
     */
    static ProblemException at(JsonOutline json, int value, String why) {
        return ProblemException.badRequest(json.path(value) + ": " + why);
    }

    /** A 400 about a member that is not there. */
    static ProblemException missing(JsonOutline json, int object, String member) {
        String path = json.path(object);
        String name = path.isEmpty() ? member : path + "." + member;
        return ProblemException.badRequest(name + ": is missing, or null; send it.");
    }
}
