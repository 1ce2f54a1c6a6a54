package dev.culvert.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;

/** Parsers of texts that are no buffers, within the limits of a frame. Needs no Netty. */
public final class JsonParsers {
    /** For all that is read and written within these limits. */
    static final JsonFactory FRAME =
            new JsonFactoryBuilder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(JsonLimits.FRAME.depth())
                                    .maxNumberLength(JsonLimits.FRAME.numberLength())
                                    .maxNameLength(JsonLimits.FRAME.nameLength())
                                    .maxTokenCount(JsonLimits.FRAME.tokens())
                                    .build())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build();

    private JsonParsers() {}

    /** Reads {@code text}. */
    public static JsonParser of(String text) throws IOException {
        return FRAME.createParser(text);
    }
}
