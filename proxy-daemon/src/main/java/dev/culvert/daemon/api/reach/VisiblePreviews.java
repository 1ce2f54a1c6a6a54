package dev.culvert.daemon.api.reach;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.previews.Preview;
import dev.culvert.daemon.previews.Previews;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** The previews as the caller of a request sees them: of its tenant only, if it has one. */
record VisiblePreviews(Previews previews) {
    /** By id. */
    Stream<Preview> all(Request request) {
        return previews.all().stream()
                .filter(it -> request.caller().sees(it.tenant()))
                .sorted(Comparator.comparing(Preview::id));
    }

    /**
     * The preview that the path names.
     *
     * @throws ProblemException when there is none
     */
    Preview find(Request request) {
        String id = request.parameter("preview");
        Preview found = previews.find(id);
        if (found == null || !request.caller().sees(found.tenant())) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "There is no preview '%s': GET /api/v1/previews lists those there are."
                                    .formatted(Quoted.word(id))));
        }
        return found;
    }

    void write(JsonGenerator json, Preview preview) throws IOException {
        json.writeStartObject();
        writeMembers(json, preview);
        json.writeEndObject();
    }

    void writeMembers(JsonGenerator json, Preview preview) throws IOException {
        json.writeStringField("id", preview.id());
        json.writeStringField("agent", preview.agent());
        json.writeStringField("tenant", preview.tenant());
        json.writeNumberField("port", preview.port());
        json.writeStringField("host", previews.host(preview));
        json.writeStringField("state", previews.state(preview).name().toLowerCase(Locale.ROOT));
        json.writeStringField("by", preview.caller());
        json.writeStringField(
                "expires", preview.expires().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
