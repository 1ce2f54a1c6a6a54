package dev.culvert.daemon.operations;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be done, and the HTTP request that does it.
 *
 * @param name for programs, such as {@code agents.list}
 * @param verb the words of the command, such as {@code agents list}; empty if it has none
 * @param summary one line, an imperative without a full stop
 * @param need what its caller must be allowed to do
 * @param path with its parameters in braces
 */
public record Operation(
        String name,
        String verb,
        String summary,
        List<Parameter> parameters,
        Effect effect,
        Need need,
        HttpMethod method,
        String path,
        Set<Trait> traits) {

    /** What few operations are. */
    public enum Trait {
        /** Its answer is an event stream. */
        STREAMS,

        /** It takes members in its body that are not described, and passes them on. */
        TAKES_MORE,

        /** It runs another operation, whose effect it has. */
        RUNS_ANOTHER,

        /** It works on a turn, which has an id and a state of its own, and there are many. */
        IS_OF_A_TURN,

        /** It passes on a message on a subject, and there are many. */
        IS_A_MESSAGE,

        /** Its connection carries bytes from then on, and there are many. */
        IS_A_CONNECTION
    }

    public Operation {
        parameters = List.copyOf(parameters);
        traits = Set.copyOf(traits);
    }

    /** Whether each run of it is recorded: reads are not, and neither are messages. */
    public boolean isRecorded() {
        return effect != Effect.READ
                && !traits.contains(Trait.IS_OF_A_TURN)
                && !traits.contains(Trait.IS_A_MESSAGE)
                && !traits.contains(Trait.IS_A_CONNECTION)
                && !traits.contains(Trait.RUNS_ANOTHER);
    }

    /** Whether its answer has an end, so that it can be run by its name. */
    public boolean isCallable() {
        return !traits.contains(Trait.STREAMS)
                && !traits.contains(Trait.RUNS_ANOTHER)
                && !traits.contains(Trait.IS_A_CONNECTION);
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    public boolean streams() {
        return traits.contains(Trait.STREAMS);
    }

    public boolean takesMore() {
        return traits.contains(Trait.TAKES_MORE);
    }

    public boolean hasBody() {
        return takesMore()
                || parameters.stream().anyMatch(it -> it.place() == Parameter.Place.BODY);
    }

    /** The parameter of that name; null if there is none. */
    public @Nullable Parameter parameter(String named) {
        return parameters.stream().filter(it -> it.name().equals(named)).findAny().orElse(null);
    }

    /**
     * Writes the members of the JSON Schema of its arguments: one object with all parameters,
     * wherever a request has them.
     */
    public void writeSchema(JsonGenerator json) throws IOException {
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        for (Parameter parameter : parameters) {
            parameter.write(json);
        }
        json.writeEndObject();
        json.writeArrayFieldStart("required");
        for (Parameter parameter : parameters) {
            if (parameter.isRequired()) {
                json.writeString(parameter.name());
            }
        }
        json.writeEndArray();
        json.writeBooleanField("additionalProperties", takesMore());
    }
}
