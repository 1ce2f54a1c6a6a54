package dev.culvert.daemon.providers;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Problem;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The event with which a stream ends early, so that the SDKs of its API raise it as an error. */
/* OpenAI's SDKs raise an event whose data has a member "error"; Anthropic's raise one of the type error. */
final class CutEvent {
    private static final byte[] EVENT = "event: error\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private CutEvent() {}

    /** The caller releases it. */
    static ByteBuf of(ProviderApi api, Problem why, ByteBufAllocator allocator) {
        ByteBuf out = allocator.buffer(256);
        if (api != ProviderApi.CHAT) {
            out.writeBytes(EVENT);
        }
        out.writeBytes(DATA);
        try (JsonGenerator json = JsonText.generator(out)) {
            json.writeStartObject();
            if (api != ProviderApi.CHAT) {
                json.writeStringField("type", "error");
            }
            if (api == ProviderApi.RESPONSES) {
                json.writeStringField("code", code(why));
                json.writeStringField("message", why.error());
                json.writeNullField("param");
            }
            json.writeObjectFieldStart("error");
            json.writeStringField("type", type(why));
            json.writeStringField("message", why.error());
            if (api != ProviderApi.MESSAGES) {
                json.writeStringField("code", code(why));
                json.writeNullField("param");
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.writeBytes(END);
    }

    private static String code(Problem why) {
        return String.valueOf(why.members().getOrDefault("code", "provider_failed"));
    }

    private static String type(Problem why) {
        return why.status().code() == 429 ? "rate_limit_error" : "api_error";
    }
}
