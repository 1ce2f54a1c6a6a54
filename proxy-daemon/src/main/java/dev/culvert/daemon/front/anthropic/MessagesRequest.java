package dev.culvert.daemon.front.anthropic;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;

/**
 * The body of a request, read once.
 *
 * @param json valid until its thread reads other JSON
 * @param model which agent is meant
 * @param streams whether the client wants events
 * @param system the place of the system prompt; {@code NONE} if there is none
 * @param messages the place of the conversation, a list with at least one element
 */
record MessagesRequest(JsonOutline json, String model, boolean streams, int system, int messages) {
    /** A member, a message, its content, a block, its content or source, a block, its source. */
    static final int LEVELS = 8;

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

    /**
     * Reads the body.
     *
     * @throws ProblemException when it is none that can be answered
     */
    static MessagesRequest of(Request request) {
        JsonOutline json = JsonRequest.outline(request, LIMITS, LEVELS);
        try {
            return of(json);
        } catch (ProblemException e) {
            json.forget();
            throw e;
        }
    }

    static MessagesRequest of(JsonOutline json) {
        int model = NONE;
        int stream = NONE;
        int system = NONE;
        int messages = NONE;
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "model" -> model = once(json, model, it);
                case "stream" -> stream = once(json, stream, it);
                case "system" -> system = once(json, system, it);
                case "messages" -> messages = once(json, messages, it);
                case "dialect", "anthropic_beta", "anthropic_version" ->
                        throw Unfit.at(
                                json,
                                it,
                                "Culvert uses this name between the daemon and its agents; leave"
                                        + " it out. A beta is named by the header anthropic-beta.");
                default -> {}
            }
        }
        if (isAbsent(json, model)) {
            throw Unfit.missing(json, ROOT, "model");
        }
        if (!json.isText(model)) {
            throw Unfit.at(json, model, "must be a string, the id of an agent.");
        }
        if (isAbsent(json, messages)) {
            throw Unfit.missing(json, ROOT, "messages");
        }
        if (json.kind(messages) != '[' || json.first(messages) == NONE) {
            throw Unfit.at(json, messages, "must be a list of at least one message.");
        }
        for (int it = json.first(messages); it != NONE; it = json.next(it)) {
            if (json.kind(it) != '{') {
                throw Unfit.at(json, it, "must be an object.");
            }
        }
        return new MessagesRequest(
                json, json.text(model), isTrue(json, stream), absentIfNull(json, system), messages);
    }

    /**
     * The agent that is meant, as the caller sees the fleet.
     *
     * @throws ProblemException when there is none
     */
    Agent agent(Visible fleet) {
        Agent agent = AgentAccess.named(fleet, model);
        if (agent == null) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "model: there is no agent '%s': GET /v1/models lists those there are."
                                    .formatted(Quoted.word(model))));
        }
        return agent;
    }

    private static int once(JsonOutline json, int before, int now) {
        if (before != NONE) {
            throw Unfit.at(json, now, "is there twice; send it once.");
        }
        return now;
    }

    private static boolean isTrue(JsonOutline json, int value) {
        if (isAbsent(json, value)) {
            return false;
        }
        byte kind = json.kind(value);
        if (kind != 't' && kind != 'f') {
            throw Unfit.at(json, value, "must be true or false.");
        }
        return kind == 't';
    }

    /** A member that is null counts as absent. */
    static boolean isAbsent(JsonOutline json, int value) {
        return value == NONE || json.kind(value) == 'n';
    }

    private static int absentIfNull(JsonOutline json, int value) {
        return isAbsent(json, value) ? NONE : value;
    }
}
