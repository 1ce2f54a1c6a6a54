package dev.culvert.link;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Reads the payload of a heartbeat. Ignores members of the wrong type and unknown features, and
 * everything after {@value #MOST_FEATURES} features: a longer list only takes time.
 */
final class HeartbeatReader {
    static final int MOST_FEATURES = 1_000;

    private String status = Heartbeat.NONE.status();
    private long uptimeSeconds = Heartbeat.NONE.uptimeSeconds();
    private String protocol = Heartbeat.NONE.protocol();
    private final Set<Feature> features = EnumSet.noneOf(Feature.class);
    private String instance = Heartbeat.NONE.instance();
    private String agentVersion = Heartbeat.NONE.agentVersion();
    private long inFlight = Heartbeat.NONE.inFlight();
    private String runtimeKind = Heartbeat.NONE.runtimeKind();
    private String runtimeError = Heartbeat.NONE.runtimeError();
    private int featuresRead;

    private HeartbeatReader() {}

    /** Borrows {@code payload}. */
    static Heartbeat read(ByteBuf payload) throws IOException {
        HeartbeatReader reader = new HeartbeatReader();
        try (JsonParser parser = JsonText.parser(payload)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (reader.featuresRead < MOST_FEATURES
                        && parser.nextToken() == JsonToken.FIELD_NAME) {
                    parser.nextToken();
                    reader.readMember(parser);
                }
            }
        }
        Heartbeat said = reader.heartbeat();
        return said.isOfAnotherMajor() ? said.asBase() : said;
    }

    private Heartbeat heartbeat() {
        return new Heartbeat(
                status,
                uptimeSeconds,
                protocol,
                features,
                instance,
                agentVersion,
                inFlight,
                runtimeKind,
                runtimeError);
    }

    private void readMember(JsonParser parser) throws IOException {
        switch (parser.currentName()) {
            case "status" -> status = text(parser, status);
            case "uptime_secs" -> uptimeSeconds = number(parser, uptimeSeconds);
            case "protocol" -> protocol = text(parser, protocol);
            case "features" -> readFeatures(parser);
            case "instance" -> instance = text(parser, instance);
            case "agent_version" -> agentVersion = text(parser, agentVersion);
            case "in_flight" -> inFlight = number(parser, inFlight);
            case "runtime_kind" -> runtimeKind = text(parser, runtimeKind);
            case "runtime_error" -> runtimeError = text(parser, runtimeError);
            default -> {
                // A member of a later protocol version.
            }
        }
        parser.skipChildren();
    }

    private void readFeatures(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (featuresRead < MOST_FEATURES && parser.nextToken() != JsonToken.END_ARRAY) {
                featuresRead++;
                if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    Feature known = Feature.of(parser.getText());
                    if (known != null) {
                        features.add(known);
                    }
                }
                parser.skipChildren();
            }
        }
    }

    private static String text(JsonParser parser, String otherwise) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_STRING
                ? Quoted.word(parser.getText())
                : otherwise;
    }

    /** Some peers send fractions. */
    private static long number(JsonParser parser, long otherwise) throws IOException {
        return parser.currentToken().isNumeric() ? (long) parser.getDoubleValue() : otherwise;
    }
}
