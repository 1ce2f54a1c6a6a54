package dev.culvert.daemon.front.responses;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static io.netty.buffer.ByteBufUtil.writeAscii;

import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Puts together what a request says and what was said before it. */
final class PreviousItems {
    private PreviousItems() {}

    /** The input of a request as items, with commas between. */
    static ByteBuf own(ResponseRequest asked) {
        JsonOutline json = asked.json();
        int input = asked.input();
        ByteBuf out = Unpooled.buffer(json.length(input) + 128);
        if (json.isText(input)) {
            writeAscii(
                    out,
                    "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":");
            json.copy(input, out);
            writeAscii(out, "}]}");
        } else if (json.first(input) != NONE) {
            json.copyInside(input, out); // brackets take one byte each, as quotes do
        }
        return out;
    }

    /**
     * The same request with all items that its response answers.
     *
     * @param all with those of the request
     */
    static ResponseRequest join(ResponseRequest asked, Conversation all) {
        JsonOutline json = asked.json();
        ByteBuf body = Unpooled.buffer();
        JsonPieces to = new JsonPieces(body).open('{');
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            if (!json.isNamed(it, "input")) {
                to.copyMember(json, it);
            }
        }
        to.name("input").open('[');
        all.write(body);
        to.close(']').close('}');
        try {
            return new ResponseRequest(
                    JsonOutline.of(body, ResponseRequest.LIMITS, ResponseRequest.LEVELS));
        } catch (BadJsonException bad) {
            throw OpenAiProblems.invalid(
                    "previous_response_id",
                    "With all that was said before it, the request cannot be sent: "
                            + bad.detail()
                            + ". Begin a new conversation.");
        }
    }
}
