package dev.culvert.daemon.front.anthropic;

import static dev.culvert.daemon.front.anthropic.MessagesRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;

/** Where an image or a document comes from. */
final class Source {
    private final JsonOutline json;
    private final int source;

    Source(JsonOutline json, int source) {
        this.json = json;
        this.source = source;
    }

    /** Writes the members of an {@code image_url}. */
    void writeImage(JsonPieces out) {
        int type = required("type");
        if (json.isText(type, "base64")) {
            out.name("url");
            dataUrl(out);
        } else if (json.isText(type, "url")) {
            out.name("url").copy(json, string("url"));
        } else {
            throw Unfit.at(
                    json,
                    type,
                    "must be 'base64' or 'url': other images cannot be passed on here.");
        }
    }

    /** Writes a document as a part of content. */
    void writeDocument(int block, JsonPieces out) {
        int title = json.find(block, "title");
        int type = required("type");
        boolean isTitled = !isAbsent(json, title) && json.isText(title);
        for (int it = json.first(block); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "type", "source", "title" -> {}
                case "citations" -> refuseIfEnabled(it);
                default -> {
                    if (!isAbsent(json, it) && !json.isNamed(it, "cache_control")) {
                        throw Unfit.at(
                                json,
                                it,
                                "cannot be passed on to the agent's runtime; leave it out.");
                    }
                }
            }
        }
        if (json.isText(type, "text")) {
            out.open('{').name("type").text("text").name("text").beginText();
            if (isTitled) {
                out.part(json, title).part("\\n\\n");
            }
            out.part(json, string("data")).endText().close('}');
        } else if (json.isText(type, "base64")) {
            out.open('{').name("type").text("file").name("file").open('{').name("filename");
            if (isTitled) {
                out.copy(json, title);
            } else {
                out.text("document");
            }
            out.name("file_data");
            dataUrl(out);
            out.close('}').close('}');
        } else {
            throw Unfit.at(
                    json,
                    type,
                    "must be 'base64' or 'text': other documents cannot be passed on here.");
        }
    }

    private void refuseIfEnabled(int citations) {
        int enabled =
                isAbsent(json, citations) || json.kind(citations) != '{'
                        ? NONE
                        : json.find(citations, "enabled");
        if (enabled != NONE && json.kind(enabled) == 't') {
            throw Unfit.at(
                    json,
                    citations,
                    "the agent's runtime speaks OpenAI's chat, which has no citations; leave them"
                            + " out.");
        }
    }

    private void dataUrl(JsonPieces out) {
        out.beginText().part("data:").part(json, string("media_type")).part(";base64,");
        out.part(json, string("data")).endText();
    }

    private int required(String name) {
        int member = json.find(source, name);
        if (isAbsent(json, member)) {
            throw Unfit.missing(json, source, name);
        }
        return member;
    }

    private int string(String name) {
        int member = required(name);
        if (!json.isText(member)) {
            throw Unfit.at(json, member, "must be a string.");
        }
        return member;
    }
}
