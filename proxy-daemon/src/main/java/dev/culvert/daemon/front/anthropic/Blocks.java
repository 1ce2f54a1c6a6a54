package dev.culvert.daemon.front.anthropic;

import static dev.culvert.daemon.front.anthropic.MessagesRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;

/** Writes blocks of a message's content as the parts of OpenAI's chat. */
/* A single text without anything else becomes a string: every runtime takes that. */
final class Blocks {
    private static final String TEXT = "text";
    private static final String REFERENCE = "tool_reference";
    private static final String TOOL_NAME = "tool_name";

    /** Every tool of the request is the runtime's from the start, also one that is deferred. */
    private static final String FOUND = "These tools can be called now: ";

    private final JsonOutline json;
    private final JsonPieces out;

    Blocks(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
    }

    /** The first block of a content, which must be a list with one at least. */
    int first(int content) {
        if (json.kind(content) != '[') {
            throw Unfit.at(json, content, "must be a string, or a list of blocks.");
        }
        int first = json.first(content);
        if (first == NONE) {
            throw Unfit.at(json, content, "must not be empty.");
        }
        return first;
    }

    boolean isA(int block, String type) {
        int found = json.kind(block) == '{' ? json.find(block, "type") : NONE;
        return found != NONE && json.isText(found, type);
    }

    String type(int block) {
        if (json.kind(block) != '{') {
            throw Unfit.at(json, block, "must be an object.");
        }
        int type = json.find(block, "type");
        if (isAbsent(json, type)) {
            throw Unfit.missing(json, block, "type");
        }
        if (!json.isText(type)) {
            throw Unfit.at(json, type, "must be a string.");
        }
        return json.text(type);
    }

    /** Writes the blocks up to {@code end}, which is {@code NONE} for all that follow. */
    void write(int from, int end) {
        if (json.next(from) == end && isA(from, TEXT)) {
            writeText(from);
            return;
        }
        out.open('[');
        for (int it = from; it != end; it = json.next(it)) {
            part(it);
        }
        out.close(']');
    }

    /** Writes one text as a string, or as a list if it says more than that. */
    void writeText(int block) {
        int text = text(block, TEXT);
        if (hasUnknown(block, TEXT)) {
            out.open('[');
            part(block);
            out.close(']');
        } else {
            out.copy(json, text);
        }
    }

    private boolean hasUnknown(int block, String known) {
        for (int it = json.first(block); it != NONE; it = json.next(it)) {
            if (!json.isNamed(it, "type") && !json.isNamed(it, known) && isUnknown(json, it)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Writes what a tool gave. OpenAI's chat has no member for a failure, so the text says it.
     *
     * @param content {@code NONE} if it gave nothing
     */
    void writeResult(int content, boolean failed) {
        if (isAbsent(json, content)) {
            out.text(failed ? "Error" : "");
            return;
        }
        if (json.kind(content) == '[' && json.first(content) == NONE) {
            out.text(failed ? "Error" : "");
            return;
        }
        int text = json.isText(content) ? content : onlyText(first(content));
        if (failed && text != NONE) {
            out.beginText().part("Error: ").part(json, text).endText();
        } else if (text != NONE) {
            out.copy(json, text);
        } else if (!failed && areReferences(content)) {
            writeReferences(content);
        } else {
            out.open('[');
            if (failed) {
                beginTextPart().text("Error:").close('}');
            }
            for (int it = json.first(content); it != NONE; it = json.next(it)) {
                part(it);
            }
            out.close(']');
        }
    }

    /** Whether it is what a search for tools gives, and nothing else. */
    private boolean areReferences(int content) {
        for (int it = json.first(content); it != NONE; it = json.next(it)) {
            if (!isA(it, REFERENCE) || hasUnknown(it, TOOL_NAME)) {
                return false;
            }
        }
        return true;
    }

    /** Writes them as one text, which every runtime takes. */
    private void writeReferences(int content) {
        out.beginText().part(FOUND);
        String before = "";
        for (int it = json.first(content); it != NONE; it = json.next(it)) {
            out.part(before).part(json, text(it, TOOL_NAME));
            before = ", ";
        }
        out.endText();
    }

    /** The text of a block that is the only one and has nothing else; else {@code NONE}. */
    private int onlyText(int first) {
        return json.next(first) == NONE && isA(first, TEXT) && !hasUnknown(first, TEXT)
                ? text(first, TEXT)
                : NONE;
    }

    private int text(int block, String member) {
        int text = json.find(block, member);
        if (isAbsent(json, text)) {
            throw Unfit.missing(json, block, member);
        }
        if (!json.isText(text)) {
            throw Unfit.at(json, text, "must be a string.");
        }
        return text;
    }

    /** Writes one block as one part. */
    void part(int block) {
        switch (type(block)) {
            case TEXT -> {
                beginTextPart().copy(json, text(block, TEXT));
                others(block, TEXT);
            }
            case REFERENCE -> {
                int name = text(block, TOOL_NAME);
                beginTextPart().beginText().part(FOUND).part(json, name).endText();
                others(block, TOOL_NAME);
            }
            case "image" -> {
                out.open('{').name("type").text("image_url").name("image_url").open('{');
                new Source(json, source(block)).writeImage(out);
                out.close('}');
                others(block, "source");
            }
            case "document" -> {
                new Source(json, source(block)).writeDocument(block, out);
            }
            default -> throw cannotPassOn(block);
        }
    }

    private JsonPieces beginTextPart() {
        return out.open('{').name("type").text(TEXT).name(TEXT);
    }

    private int source(int block) {
        int source = json.find(block, "source");
        if (isAbsent(json, source)) {
            throw Unfit.missing(json, block, "source");
        }
        if (json.kind(source) != '{') {
            throw Unfit.at(json, source, "must be an object.");
        }
        return source;
    }

    private void others(int block, String known) {
        for (int it = json.first(block); it != NONE; it = json.next(it)) {
            if (!json.isNamed(it, "type") && !json.isNamed(it, known)) {
                copyUnknown(json, it, out);
            }
        }
        out.close('}');
    }

    ProblemException cannotPassOn(int block) {
        return Unfit.at(
                json,
                json.find(block, "type"),
                "a block of type '"
                        + Quoted.word(type(block))
                        + "' cannot be passed on here: the agent's runtime speaks OpenAI's chat."
                        + " Leave it out.");
    }

    /** Copies a member that nobody here knows, so that the runtime sees it; not a hint. */
    static void copyUnknown(JsonOutline json, int member, JsonPieces out) {
        if (isUnknown(json, member)) {
            out.copyMember(json, member);
        }
    }

    /**
     * A mark of what to cache changes no answer, and other kinds of runtimes cache by themselves.
     */
    private static boolean isUnknown(JsonOutline json, int member) {
        return !isAbsent(json, member) && !json.isNamed(member, "cache_control");
    }
}
