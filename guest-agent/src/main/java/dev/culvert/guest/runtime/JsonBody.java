package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** A success that is not an event stream: read as a complete answer, told at its end. */
final class JsonBody implements ResponseBody {

    private final RuntimeSettings settings;
    private final RuntimeApi api;
    private final AnswerReader reader;
    private final String contentType;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    JsonBody(
            RuntimeSettings settings,
            RuntimeApi api,
            AnswerReader reader,
            @Nullable String contentType) {
        this.settings = settings;
        this.api = api;
        this.reader = reader;
        this.contentType = contentType == null ? "no content type" : contentType;
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
        boolean isAnswer;
        try {
            isAnswer = reader.whole(text);
        } catch (JsonProcessingException _) {
            isAnswer = false;
        }
        if (!isAnswer) {
            throw noAnswer(text);
        }
    }

    @Override
    public RuntimeFailure cut(String why) {
        return ResponseBody.broken(why);
    }

    private FailedGenerationException noAnswer(String text) {
        return new FailedGenerationException(
                ErrorCode.RUNTIME_ERROR,
                "The runtime answered with "
                        + settings.quote(contentType)
                        + " that is neither an event stream nor "
                        + api.answer()
                        + "; check --runtime and --runtime-kind. It begins: "
                        + settings.quote(text));
    }
}
