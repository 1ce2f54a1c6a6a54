package dev.culvert.daemon.front.mcp;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Json;
import dev.culvert.io.Quoted;
import java.io.IOException;

/**
 * Texts that a user picks to begin with. They name tools; whoever may not use one has no use of it.
 */
final class Prompts {
    private static final String TROUBLESHOOT = "troubleshoot";
    private static final String PLAN = "plan";
    private static final int MOST_CHARS = 8_000;

    private Prompts() {}

    static void list(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("prompts");
        describe(
                json,
                TROUBLESHOOT,
                "Find out why an agent does not answer",
                "agent",
                "The id of the agent");
        describe(
                json,
                PLAN,
                "Plan a task for the agents, before anything is changed",
                "goal",
                "What is to be reached");
        json.writeEndArray();
    }

    private static void describe(
            JsonGenerator json, String name, String title, String argument, String description)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("title", title);
        json.writeStringField("description", title + ".");
        json.writeArrayFieldStart("arguments");
        json.writeStartObject();
        json.writeStringField("name", argument);
        json.writeStringField("description", description);
        json.writeBooleanField("required", true);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }

    /**
     * The prompt of that name.
     *
     * @throws RpcException when there is none, or its argument is missing
     */
    static Json.Body get(Params params) {
        String name = params.needed("name");
        Params arguments = params.object("arguments");
        return switch (name) {
            case TROUBLESHOOT -> troubleshoot(Quoted.word(arguments.needed("agent")));
            case PLAN -> plan(Quoted.cut(arguments.needed("goal"), MOST_CHARS));
            default ->
                    throw RpcException.invalidParams(
                            "There is no prompt '%s': prompts/list has those there are."
                                    .formatted(Quoted.word(name)));
        };
    }

    private static Json.Body troubleshoot(String agent) {
        return prompt(
                "Find out why an agent does not answer",
                """
                Find out why the agent '%1$s' of Culvert does not do what it should. Change nothing yet.
                1. Call agents_show with id %1$s: its state, its last error, its version and its features.
                2. Call agents_config with id %1$s: whether it has taken its configuration.
                3. Call ping with id %1$s: whether the daemon reaches it, and how long each part of the way takes.
                4. Call turns_list with agent %1$s: turns that run, wait or have failed.
                5. If you may, call status for the daemon itself, and read the resource culvert://logs.
                Then say in three parts what happens, why, and what to do; quote the value that shows it.\
                """
                        .formatted(agent));
    }

    private static Json.Body plan(String goal) {
        return prompt(
                "Plan a task for the agents, before anything is changed",
                """
                Plan how the agents of Culvert reach this goal, and change nothing before I agree:

                %s

                1. Call agents_list: which agents there are, and which are ready.
                2. Call agents_config for those that you want to use: which tools each may use.
                3. Write the plan as a numbered list: one step for each task, with the agent that does it, the message that you will send with the tool ask, and how you will see that it is done.
                4. Name what can go wrong in each step, and what you do then.
                Wait for my answer before you call ask, or any tool that changes or destroys something.\
                """
                        .formatted(goal));
    }

    private static Json.Body prompt(String description, String text) {
        return json -> {
            json.writeStringField("description", description);
            json.writeArrayFieldStart("messages");
            json.writeStartObject();
            json.writeStringField("role", "user");
            json.writeObjectFieldStart("content");
            json.writeStringField("type", "text");
            json.writeStringField("text", text);
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndArray();
        };
    }
}
