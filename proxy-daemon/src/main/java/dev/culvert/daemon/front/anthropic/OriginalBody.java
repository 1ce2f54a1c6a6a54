package dev.culvert.daemon.front.anthropic;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The message for an agent whose runtime is Anthropic's kind: the client's body as it came
 * (messages.md), so that nothing is lost on the way.
 */
final class OriginalBody {
    /** What a version or a list of betas consists of. */
    private static final Pattern PLAIN = Pattern.compile("[\\w., -]+");

    private OriginalBody() {}

    /** Writes to {@code out}, which stays the caller's. */
    static void write(MessagesRequest asked, Request request, ByteBuf out) {
        JsonOutline json = asked.json();
        JsonPieces to = new JsonPieces(out).open('{').name("dialect").text("anthropic");
        header(to, "anthropic_version", request.header(Header.ANTHROPIC_VERSION));
        header(to, "anthropic_beta", request.header(Header.ANTHROPIC_BETA));
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            if (!json.isNamed(it, "model") && !json.isNamed(it, "stream")) {
                to.copyMember(json, it);
            }
        }
        to.close('}');
    }

    private static void header(JsonPieces to, String member, @Nullable String value) {
        if (value == null) {
            return;
        }
        if (!PLAIN.matcher(value).matches()) {
            throw ProblemException.badRequest(
                    "The header '"
                            + member.replace('_', '-')
                            + "' takes letters, digits, dots, hyphens and commas only.");
        }
        to.name(member).text(value);
    }
}
