package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import dev.culvert.tools.ProgramTool;
import dev.culvert.tools.ToolException;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A tool of the project: a program, and the file beside it that describes it for a model.
 *
 * @param program its path is relative to the project's root
 * @param digest of the program
 * @param descriptionDigest that of its description
 */
public record Plugin(ProgramTool.Program program, String digest, String descriptionDigest) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");
    private static final int MOST_DESCRIPTION = 4_096;
    private static final Set<String> MEMBERS =
            Set.of("name", "description", "parameters", "network");
    private static final Set<String> BUILT_IN =
            Set.of(
                    "read_file",
                    "write_file",
                    "edit_file",
                    "list_dir",
                    "search_files",
                    "run_command");

    /**
     * Reads a description.
     *
     * @param path of its program
     * @param where the file of the description, for messages
     */
    static ProgramTool.Program read(String name, String path, String json, String where)
            throws UsageException {
        Value value;
        try {
            value = Value.parseCommented(json);
        } catch (BadValueException e) {
            throw bad(where, "is not JSON: " + e.getMessage());
        }
        for (String member : value.map().keySet()) {
            if (!MEMBERS.contains(member)) {
                throw bad(
                        where,
                        "has the member '%s': there are name, description, parameters and network"
                                .formatted(Quoted.word(member)));
            }
        }
        if (!NAME.matcher(name).matches() || BUILT_IN.contains(name)) {
            throw bad(
                    where,
                    "describes '%s', which cannot be the name of a tool: that has a letter, then letters, digits, '_' and '-', and is none of %s"
                            .formatted(
                                    Quoted.word(name),
                                    BUILT_IN.stream().sorted().collect(Collectors.joining(", "))));
        }
        if (!value.at("name").isNothing() && !value.text("name").equals(name)) {
            throw bad(where, "says another name than that of its program, '%s'".formatted(name));
        }
        String description = value.text("description").strip();
        if (description.isEmpty() || description.length() > MOST_DESCRIPTION) {
            throw bad(where, "needs a description of 1 to " + MOST_DESCRIPTION + " characters");
        }
        return new ProgramTool.Program(
                name,
                path,
                description,
                schema(value.at("parameters"), where),
                network(value.at("network"), where));
    }

    private static boolean network(Value network, String where) throws UsageException {
        return switch (network) {
            case Value.Nothing _ -> false;
            case Value.Truth(boolean truth) -> truth;
            case Value.Members _, Value.Items _, Value.Text _, Value.Digits _ ->
                    throw bad(where, "says about the network something else than true or false");
        };
    }

    private static String schema(Value parameters, String where) throws UsageException {
        if (parameters.isNothing()) {
            return "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}";
        }
        if (!parameters.text("type").equals("object")) {
            throw bad(
                    where,
                    "has parameters that are no JSON Schema of an object: write {\"type\": \"object\", \"properties\": {…}}");
        }
        return parameters.json();
    }

    private static UsageException bad(String where, String why) {
        return new UsageException("%s %s".formatted(Quoted.word(where), why));
    }

    /** Its name, where its program is, and its description, for people. */
    public Value shown() {
        return Value.members(
                "name",
                program.name(),
                "path",
                program.path(),
                "description",
                program.description());
    }

    /** A command that may write in the project may have put another program there. */
    void mustBe(byte[] bytes) throws ToolException {
        if (!Trust.sha256(bytes).equals(digest)) {
            throw new ToolException(
                    "its program has changed since the chat began; the user has to look at it and"
                            + " start the chat again");
        }
    }
}
