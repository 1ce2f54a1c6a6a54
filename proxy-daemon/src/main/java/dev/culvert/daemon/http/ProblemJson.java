package dev.culvert.daemon.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Culvert's own format: {@code application/problem+json} (RFC 9457). */
final class ProblemJson implements ProblemFormat {
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("application/problem+json");
    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public AsciiString contentType() {
        return CONTENT_TYPE;
    }

    @Override
    public void write(Problem problem, String requestId, ByteBuf out) {
        try (JsonGenerator json =
                JSON.createGenerator((OutputStream) new ByteBufOutputStream(out))) {
            json.writeStartObject();
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", problem.status().reasonPhrase());
            json.writeNumberField("status", problem.status().code());
            json.writeStringField("error", problem.error());
            for (Map.Entry<String, Object> member : problem.members().entrySet()) {
                json.writeFieldName(member.getKey());
                switch (member.getValue()) {
                    case Integer number -> json.writeNumber(number);
                    case Long number -> json.writeNumber(number);
                    case List<?> texts -> {
                        json.writeStartArray();
                        for (Object text : texts) {
                            json.writeString(Quoted.page(text.toString()));
                        }
                        json.writeEndArray();
                    }
                    case Object text -> json.writeString(Quoted.page(text.toString()));
                }
            }
            json.writeStringField("request_id", requestId);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
