package dev.culvert.daemon.front.anthropic;

import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.json.JsonOutline;

/** About how many tokens a request takes, by its size. */
/* Nobody but the runtime knows, and the protocol has no frame that asks it. A token has about four bytes of English or
 * code; an image costs Anthropic's models up to 1,600; of a PDF's base64, a token has some forty bytes. */
final class TokenEstimate {
    private static final int BYTES = 4;
    private static final int IMAGE_TOKENS = 1_600;
    private static final int DOCUMENT_BYTES = 40;

    private final JsonOutline json;
    private long dataBytes;
    private long dataTokens;

    private TokenEstimate(JsonOutline json) {
        this.json = json;
    }

    static long of(JsonOutline json) {
        TokenEstimate estimate = new TokenEstimate(json);
        estimate.add(JsonOutline.ROOT);
        long text = json.length(JsonOutline.ROOT) - estimate.dataBytes;
        return Math.max(1, text / BYTES) + estimate.dataTokens;
    }

    private void add(int value) {
        for (int it = json.first(value); it != NONE; it = json.next(it)) {
            if (json.kind(it) == '{' && isData(it)) {
                int data = json.find(it, "data");
                dataBytes += json.length(data);
                int type = json.find(it, "media_type");
                boolean isImage =
                        type != NONE && json.isText(type) && json.text(type).startsWith("image/");
                dataTokens += isImage ? IMAGE_TOKENS : json.length(data) / DOCUMENT_BYTES;
            } else {
                add(it);
            }
        }
    }

    private boolean isData(int object) {
        int type = json.find(object, "type");
        return type != NONE && json.isText(type, "base64") && json.find(object, "data") != NONE;
    }
}
