package dev.culvert.daemon.operations;

import dev.culvert.daemon.auth.Need;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/**
 * One thing that can be done.
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
        String path) {

    public Operation {
        parameters = List.copyOf(parameters);
    }

    /**
     * Whether each run of it is recorded. Reads are not, and neither are the messages that begin
     * turns: these are many, and a turn has an id and a state of its own.
     */
    public boolean isRecorded() {
        return effect != Effect.READ && !isTurn();
    }

    /** Whether it begins or reads a turn. */
    public boolean isTurn() {
        return path.endsWith("/message") || path.endsWith("/stream");
    }
}
