package dev.culvert.guest.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes the content of a chat message, a text or an array of parts, as content blocks. */
final class Parts {
    /** The head of a data URL is not longer, unless somebody is having fun. */
    private static final int LONGEST_HEAD = 256;

    private static final Pattern DATA_HEAD =
            Pattern.compile(
                    "data:([a-z0-9.+-]+/[a-z0-9.+-]+)(?:;[^;,]*)*;base64",
                    Pattern.CASE_INSENSITIVE);

    /** Is told before each block is written. */
    interface Begin {
        void block() throws IOException;
    }

    private final BodyWriter out;
    private final JsonGenerator json;

    Parts(BodyWriter out) {
        this.out = out;
        json = out.json();
    }

    /**
     * Writes the blocks; empty texts, which the API refuses, are none.
     *
     * @param where how errors name the content
     */
    void write(String where, @Nullable JsonValue content, Begin begin) throws IOException {
        if (content == null || content.isNull()) {
            return;
        }
        if (content.isString()) {
            text(content, begin);
        } else if (content.isArray()) {
            content.elements((place, part) -> part(where + "[" + place + "]", part, begin));
        } else {
            throw new UntranslatableException(
                    "'" + where + "' must be a string, or an array of parts");
        }
    }

    private void text(JsonValue words, Begin begin) throws IOException {
        if (!words.isEmpty()) {
            begin.block();
            json.writeStartObject();
            json.writeStringField("type", "text");
            out.copy("text", words);
            json.writeEndObject();
        }
    }

    private void part(String where, JsonValue part, Begin begin) throws IOException {
        JsonValue type = part.isObject() ? part.member("type") : null;
        if (type == null || !type.isString()) {
            throw new UntranslatableException("'" + where + "' must be an object with a 'type'");
        }
        switch (type.string()) {
            case "text" -> {
                JsonValue words = needed(where, part, "text");
                if (!words.isEmpty()) {
                    begin.block();
                    out.copy(part); // it has the same form in both APIs
                }
            }
            case "refusal" -> text(needed(where, part, "refusal"), begin);
            case "image_url" -> {
                JsonValue image = needed(where, part, "image_url");
                String its = where + ".image_url";
                begin.block();
                block(its, "image", needed(its, image, "url"), part, null);
            }
            case "file" -> {
                JsonValue file = needed(where, part, "file");
                String its = where + ".file";
                begin.block();
                block(
                        its,
                        "document",
                        needed(its, file, "file_data"),
                        part,
                        file.member("filename"));
            }
            case "input_audio" ->
                    throw new UntranslatableException(
                            "'"
                                    + where
                                    + "' is audio, which a runtime of the kind anthropic does not"
                                    + " take");
            default -> {
                begin.block();
                out.copy(part); // a block in Anthropic's form
            }
        }
    }

    private static JsonValue needed(String where, JsonValue from, String name) throws IOException {
        JsonValue value = from.member(name);
        if (value == null || (!value.isString() && !value.isObject())) {
            throw new UntranslatableException("'" + where + "." + name + "' is missing");
        }
        return value;
    }

    private void block(
            String where, String type, JsonValue url, JsonValue part, @Nullable JsonValue title)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
        json.writeObjectFieldStart("source");
        source(where, url);
        json.writeEndObject();
        if (title != null && title.isString()) {
            out.copy("title", title);
        }
        JsonValue cache = part.member("cache_control");
        if (cache != null) {
            out.copy("cache_control", cache);
        }
        json.writeEndObject();
    }

    /** The data of an image may be megabytes long, and are copied as they are. */
    private void source(String where, JsonValue url) throws IOException {
        int comma = comma(url);
        String head = comma < 0 ? "" : head(url, comma);
        Matcher data = DATA_HEAD.matcher(head);
        if (data.matches()) {
            json.writeStringField("type", "base64");
            json.writeStringField("media_type", data.group(1));
            json.writeFieldName("data");
            out.copyRestOfString(url, comma + 1);
            return;
        }
        String begin = head(url, Math.min(url.end() - 1, url.start() + 1 + LONGEST_HEAD));
        if (!begin.startsWith("http://") && !begin.startsWith("https://")) {
            throw new UntranslatableException(
                    "'"
                            + where
                            + "' must be a data URL in base64 (data:image/png;base64,…), or begin"
                            + " with http:// or https://");
        }
        json.writeStringField("type", "url");
        out.copy("url", url);
    }

    private static int comma(JsonValue url) {
        int to = Math.min(url.end(), url.start() + LONGEST_HEAD);
        return url.text().indexOf(url.start(), to, (byte) ',');
    }

    /** The beginning of a string, up to {@code end}; an escape that is cut there is left out. */
    private static String head(JsonValue string, int end) {
        return string.text()
                .toString(string.start() + 1, end - string.start() - 1, UTF_8)
                .replace("\\/", "/");
    }
}
