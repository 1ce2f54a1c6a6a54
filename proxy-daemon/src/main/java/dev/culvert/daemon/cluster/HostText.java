package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.culvert.daemon.config.ClusterSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;

/** A host as the registry has it: JSON that another version of the daemon may have written. */
/* Members that this version does not know are passed over, so that hosts can be upgraded one by one. */
final class HostText {
    static final int MAX_BYTES = 4 * 1024;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(8)
                                    .maxNumberLength(32)
                                    .maxNameLength(64)
                                    .maxStringLength(MAX_BYTES)
                                    .build())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build();

    private HostText() {}

    static byte[] write(ClusterHost host) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("name", host.name());
            json.writeStringField("url", host.url());
            json.writeStringField("version", host.version());
            json.writeStringField("epoch", host.epoch());
            json.writeBooleanField("draining", host.draining());
            json.writeStringField("started", host.started().toString());
            json.writeNumberField("agents", host.agents());
            json.writeNumberField("turns", host.turns());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what a host wrote under {@code key}.
     *
     * @throws IOException a clause that says what is wrong with it, without any of it
     */
    static ClusterHost read(String key, byte[] bytes) throws IOException {
        if (bytes.length > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes");
        }
        Draft draft = new Draft();
        try (JsonParser parser = JSON.createParser(text(bytes))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is no object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                draft.take(name, parser);
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IOException("it is not one object");
            }
        } catch (JacksonException e) {
            throw new IOException("it is no JSON", e);
        }
        ClusterHost host = draft.host();
        if (!host.name().equals(key)) {
            throw new IOException("its name is not that of its key");
        }
        if (!ClusterSettings.isUrl(host.url())) {
            throw new IOException("its url is none");
        }
        return host;
    }

    private static String text(byte[] bytes) throws IOException {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is no UTF-8", e);
        }
    }

    /** The members so far. */
    private static final class Draft {
        private String name = "";
        private String url = "";
        private String version = "";
        private String epoch = "";
        private String started = "";
        private boolean draining;
        private int agents;
        private int turns;

        private void take(String member, JsonParser parser) throws IOException {
            switch (member) {
                case "name" -> name = string(member, parser);
                case "url" -> url = string(member, parser);
                case "version" -> version = string(member, parser);
                case "epoch" -> epoch = string(member, parser);
                case "started" -> started = string(member, parser);
                case "draining" -> draining = truth(member, parser);
                case "agents" -> agents = count(member, parser);
                case "turns" -> turns = count(member, parser);
                default -> parser.skipChildren();
            }
        }

        private static String string(String member, JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw new IOException("its " + member + " is no text");
            }
            return parser.getText();
        }

        private static boolean truth(String member, JsonParser parser) throws IOException {
            return switch (parser.currentToken()) {
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                default -> throw new IOException("its " + member + " is neither true nor false");
            };
        }

        private static int count(String member, JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw new IOException("its " + member + " is no number");
            }
            return parser.getIntValue();
        }

        private ClusterHost host() throws IOException {
            try {
                return new ClusterHost(
                        name, url, version, epoch, draining, Instant.parse(started), agents, turns);
            } catch (DateTimeException e) {
                throw new IOException("its started is no time", e);
            } catch (IllegalArgumentException e) {
                throw new IOException("its " + e.getMessage() + " is not valid", e);
            }
        }
    }
}
