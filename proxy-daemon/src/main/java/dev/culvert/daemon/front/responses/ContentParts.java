package dev.culvert.daemon.front.responses;

import static dev.culvert.daemon.front.responses.ResponseRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import java.util.Set;

/** Writes the parts of an item's content as those of OpenAI's chat. */
/* A single text becomes a string: every runtime takes that. */
final class ContentParts {
    /** What says nothing to a model. */
    private static final Set<String> NOTES =
            Set.of("type", "annotations", "logprobs", "prompt_cache_breakpoint");

    private final JsonOutline json;
    private final JsonPieces out;

    ContentParts(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
    }

    /** Writes a content that is a string, or a list of parts. */
    void write(int content) {
        if (json.isText(content)) {
            out.copy(json, content);
            return;
        }
        int first = first(content);
        if (first == NONE) {
            out.text("");
        } else if (json.next(first) == NONE && isText(type(first))) {
            out.copy(json, text(first));
            onlyHas(first, "text");
        } else {
            out.open('[');
            for (int it = first; it != NONE; it = json.next(it)) {
                part(it);
            }
            out.close(']');
        }
    }

    /** Adds all texts of a content to a string that was begun. */
    void join(int content) {
        if (json.isText(content)) {
            out.part(json, content);
            return;
        }
        for (int it = first(content); it != NONE; it = json.next(it)) {
            switch (type(it)) {
                case "output_text", "input_text", "text", "summary_text", "reasoning_text" ->
                        out.part(json, text(it));
                case "refusal" -> out.part(json, string(it, "refusal"));
                default -> throw cannotPassOn(it);
            }
        }
    }

    private int first(int content) {
        if (json.kind(content) != '[') {
            throw Refused.at(json, content, "must be a string, or a list of parts.");
        }
        return json.first(content);
    }

    private static boolean isText(String type) {
        return switch (type) {
            case "input_text", "output_text", "text" -> true;
            default -> false;
        };
    }

    private String type(int part) {
        if (json.kind(part) != '{') {
            throw Refused.at(json, part, "must be an object.");
        }
        return json.text(string(part, "type"));
    }

    private int text(int part) {
        return string(part, "text");
    }

    /** The place of a string that must be there. */
    private int string(int object, String name) {
        int place = json.find(object, name);
        if (isAbsent(json, place)) {
            throw Refused.missing(json, object, name);
        }
        if (!json.isText(place)) {
            throw Refused.at(json, place, "must be a string.");
        }
        return place;
    }

    private void part(int part) {
        switch (type(part)) {
            case "input_text", "output_text", "text" -> {
                out.open('{').name("type").text("text").name("text").copy(json, text(part));
                out.close('}');
                onlyHas(part, "text");
            }
            case "refusal" -> {
                out.open('{').name("type").text("text");
                out.name("text").copy(json, string(part, "refusal")).close('}');
                onlyHas(part, "refusal");
            }
            case "input_image" -> image(part);
            case "input_file" -> file(part);
            default -> throw cannotPassOn(part);
        }
    }

    private void image(int part) {
        onlyHas(part, "image_url", "detail");
        out.open('{').name("type").text("image_url").name("image_url").open('{');
        out.name("url").copy(json, string(part, "image_url"));
        int detail = json.find(part, "detail");
        if (!isAbsent(json, detail)) {
            out.name("detail").copy(json, detail);
        }
        out.close('}').close('}');
    }

    private void file(int part) {
        onlyHas(part, "file_data", "filename");
        out.open('{').name("type").text("file").name("file").open('{');
        int name = json.find(part, "filename");
        if (!isAbsent(json, name)) {
            out.name("filename").copy(json, name);
        }
        out.name("file_data").copy(json, string(part, "file_data")).close('}').close('}');
    }

    /** Refuses what a part says beyond these members. */
    private void onlyHas(int part, String... known) {
        for (int it = json.first(part); it != NONE; it = json.next(it)) {
            if (!isAbsent(json, it) && !isOneOf(json.name(it), known)) {
                throw Refused.at(
                        json,
                        it,
                        "cannot be passed on to the agent's runtime, which knows only chat: send"
                                + " the content itself, or leave it out.");
            }
        }
    }

    private static boolean isOneOf(String name, String[] known) {
        for (String it : known) {
            if (it.equals(name)) {
                return true;
            }
        }
        return NOTES.contains(name);
    }

    private RuntimeException cannotPassOn(int part) {
        return Refused.at(
                json,
                json.find(part, "type"),
                "is '"
                        + Quoted.word(type(part))
                        + "', which cannot be passed on here: the agent's runtime knows only chat."
                        + " Leave the part out.");
    }
}
