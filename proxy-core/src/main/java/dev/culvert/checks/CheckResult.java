package dev.culvert.checks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a check: nothing of the answer but its status.
 *
 * @param through empty for none; without a user and a password
 * @param sentence the verdict for people
 * @param status of the HTTP answer; 0 without one
 * @param certificate of the server, also where it is not trusted; null without TLS
 */
public record CheckResult(
        String url,
        String through,
        Verdict verdict,
        String sentence,
        List<Hop> hops,
        int status,
        @Nullable Certificate certificate) {
    private static final JsonFactory JSON = new JsonFactory();

    public CheckResult {
        hops = List.copyOf(hops);
    }

    /** The sum of its hops. */
    public long micros() {
        return hops.stream().mapToLong(Hop::micros).sum();
    }

    /** As one JSON object. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Writes its members. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStringField("url", url);
        if (!through.isEmpty()) {
            json.writeStringField("through", through);
        }
        json.writeStringField("verdict", verdict.label());
        json.writeStringField("sentence", sentence);
        json.writeNumberField("us", micros());
        if (status > 0) {
            json.writeNumberField("status", status);
        }
        if (certificate != null) {
            json.writeObjectFieldStart("certificate");
            json.writeStringField("subject", certificate.subject());
            json.writeStringField("issuer", certificate.issuer());
            json.writeStringField("not_before", certificate.notBefore().toString());
            json.writeStringField("not_after", certificate.notAfter().toString());
            json.writeEndObject();
        }
        json.writeArrayFieldStart("hops");
        for (Hop hop : hops) {
            json.writeStartObject();
            json.writeStringField("hop", hop.step().label());
            json.writeBooleanField("ok", hop.ok());
            json.writeNumberField("us", hop.micros());
            json.writeStringField("detail", hop.detail());
            if (!hop.advice().isEmpty()) {
                json.writeStringField("advice", hop.advice());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
