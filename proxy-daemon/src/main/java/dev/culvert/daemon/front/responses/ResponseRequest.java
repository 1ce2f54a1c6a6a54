package dev.culvert.daemon.front.responses;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a request for a response, read once. Valid until its thread reads other JSON. */
final class ResponseRequest {
    /** A member, an item, its members, a part, its members, what these contain. */
    static final int LEVELS = 6;

    /**
     * Written as OpenAI's chat, a value is up to two levels deeper, and a body has less than twice
     * the tokens: it still keeps to what a payload may be.
     */
    static final JsonLimits LIMITS =
            new JsonLimits(
                    JsonLimits.FRAME.depth() - 3,
                    JsonLimits.FRAME.numberLength(),
                    JsonLimits.FRAME.nameLength(),
                    JsonLimits.FRAME.tokens() * 2 / 5);

    private final JsonOutline json;
    private final Map<String, Integer> members = new HashMap<>();

    /**
     * Reads the body.
     *
     * @throws ProblemException when it is none that can be answered
     */
    ResponseRequest(JsonOutline json) {
        this.json = json;
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            if (members.putIfAbsent(json.name(it), it) != null) {
                throw Refused.at(json, it, "is there twice: send it once.");
            }
        }
        string("model", "the id of an agent, GET /v1/models lists them");
        int input = required("input");
        if (!json.isText(input) && json.kind(input) != '[') {
            throw Refused.at(json, input, "must be a string, or a list of items.");
        }
        for (String flag : new String[] {"stream", "store", "background"}) {
            flag(flag, false);
        }
        boolean isAlone = previous() == null && member("instructions") == NONE;
        if (isAlone && json.kind(input) == '[' && json.first(input) == NONE) {
            throw Refused.at(json, input, "is empty: give at least one item.");
        }
    }

    JsonOutline json() {
        return json;
    }

    /** The place of a member; {@code NONE} if it is not there, or null. */
    int member(String name) {
        int place = members.getOrDefault(name, NONE);
        return isAbsent(json, place) ? NONE : place;
    }

    private int required(String name) {
        int place = member(name);
        if (place == NONE) {
            throw Refused.missing(json, ROOT, name);
        }
        return place;
    }

    private String string(String name, String what) {
        int place = required(name);
        if (!json.isText(place)) {
            throw Refused.at(json, place, "must be a string, " + what + ".");
        }
        return json.text(place);
    }

    private boolean flag(String name, boolean otherwise) {
        int place = member(name);
        if (place == NONE) {
            return otherwise;
        }
        byte kind = json.kind(place);
        if (kind != 't' && kind != 'f') {
            throw Refused.at(json, place, "must be true or false.");
        }
        return kind == 't';
    }

    /** As the client names the agent. */
    String model() {
        return json.text(required("model"));
    }

    boolean isStreamed() {
        return flag("stream", false);
    }

    boolean isStored() {
        return flag("store", true);
    }

    /** Whether it goes on without its client. */
    boolean isInBackground() {
        return flag("background", false);
    }

    /** The response that this one follows; null if there is none. */
    @Nullable String previous() {
        return member("previous_response_id") == NONE
                ? null
                : string("previous_response_id", "the id of a response");
    }

    /** The place of the input: a string, or a list. */
    int input() {
        return required("input");
    }

    /** A member that is null counts as absent. */
    static boolean isAbsent(JsonOutline json, int value) {
        return value == NONE || json.kind(value) == 'n';
    }
}
