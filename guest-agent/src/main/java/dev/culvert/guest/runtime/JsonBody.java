package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** A success that is not an event stream: read as a complete chat completion, told at its end. */
final class JsonBody implements ResponseBody {

    private final RuntimeSettings settings;
    private final String contentType;
    private final CompletionTeller teller;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    JsonBody(RuntimeSettings settings, GuardedListener listener, @Nullable String contentType) {
        this.settings = settings;
        this.contentType = contentType == null ? "no content type" : contentType;
        teller = new CompletionTeller(listener, settings);
    }

    @Override
    public void content(ByteBuf content) throws FailedGenerationException {
        int limit = Math.min(settings.limits().eventBytes(), settings.limits().answerBytes());
        if (body.size() + content.readableBytes() > limit) {
            throw new FailedGenerationException(
                    ErrorCode.RESPONSE_TOO_LARGE,
                    "The runtime answered in one piece of more than "
                            + limit
                            + " bytes, although it was asked to stream: make it stream, ask for"
                            + " less, or raise --max-event-bytes of the agent.");
        }
        body.writeBytes(ByteBufUtil.getBytes(content));
    }

    @Override
    public void end() throws FailedGenerationException {
        String text = body.toString(UTF_8);
        Completion completion;
        try {
            completion = CompletionReader.read(text);
        } catch (JsonProcessingException _) {
            throw noCompletion(text);
        }
        if (!completion.hasChoices() && completion.error() == null) {
            throw noCompletion(text);
        }
        teller.tell(completion);
        teller.end();
    }

    @Override
    public RuntimeFailure cut(String why) {
        return ResponseBody.broken(why);
    }

    private FailedGenerationException noCompletion(String text) {
        return new FailedGenerationException(
                ErrorCode.RUNTIME_ERROR,
                "The runtime answered with "
                        + settings.quote(contentType)
                        + " that is neither an event stream nor a chat completion; check --runtime."
                        + " It begins: "
                        + settings.quote(text));
    }
}
