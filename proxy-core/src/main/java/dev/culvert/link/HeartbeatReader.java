package dev.culvert.link;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the payload of a heartbeat. Ignores members of the wrong type and unknown features, and
 * everything after {@value #MOST_FEATURES} features: a longer list only takes time.
 */
final class HeartbeatReader {
    static final int MOST_FEATURES = 1_000;

    private static final int MOST_KEPT = 16;
    private static final int MOST_POLICIES = 16;

    private String status = Heartbeat.NONE.status();
    private long uptimeSeconds = Heartbeat.NONE.uptimeSeconds();
    private String protocol = Heartbeat.NONE.protocol();
    private final Set<Feature> features = EnumSet.noneOf(Feature.class);
    private String instance = Heartbeat.NONE.instance();
    private final List<String> kept = new ArrayList<>();
    private String agentVersion = Heartbeat.NONE.agentVersion();
    private long inFlight = Heartbeat.NONE.inFlight();
    private String runtimeKind = Heartbeat.NONE.runtimeKind();
    private String runtimeError = Heartbeat.NONE.runtimeError();
    private String policy = Heartbeat.NONE.policy();
    private final List<PolicyLayer> policies = new ArrayList<>();
    private @Nullable ToolFacts tools;
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
                kept,
                agentVersion,
                inFlight,
                runtimeKind,
                runtimeError,
                policy,
                policies,
                tools);
    }

    private void readMember(JsonParser parser) throws IOException {
        switch (parser.currentName()) {
            case "status" -> status = text(parser, status);
            case "uptime_secs" -> uptimeSeconds = number(parser, uptimeSeconds);
            case "protocol" -> protocol = text(parser, protocol);
            case "features" -> readFeatures(parser);
            case "instance" -> instance = text(parser, instance);
            case "kept" -> readKept(parser);
            case "agent_version" -> agentVersion = text(parser, agentVersion);
            case "in_flight" -> inFlight = number(parser, inFlight);
            case "runtime_kind" -> runtimeKind = text(parser, runtimeKind);
            case "runtime_error" -> runtimeError = text(parser, runtimeError);
            case "policy" -> policy = text(parser, policy);
            case "policies" -> readPolicies(parser);
            case "tools" -> tools = toolFacts(parser);
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

    private void readKept(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.VALUE_STRING && kept.size() < MOST_KEPT) {
                    kept.add(Quoted.word(parser.getText()));
                }
                parser.skipChildren();
            }
        }
    }

    private void readPolicies(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT
                    && policies.size() < MOST_POLICIES) {
                policies.add(policyLayer(parser));
            } else {
                parser.skipChildren();
            }
        }
    }

    private static PolicyLayer policyLayer(JsonParser parser) throws IOException {
        String level = "";
        String version = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "level" -> level = text(parser, level);
                case "version" -> version = text(parser, version);
                default -> {
                    // A member of a later version.
                }
            }
            parser.skipChildren();
        }
        return new PolicyLayer(level, version);
    }

    private static @Nullable ToolFacts toolFacts(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return null;
        }
        boolean openat2 = false;
        String paths = "";
        long landlock = 0;
        boolean seccomp = false;
        String commands = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            boolean isTrue = parser.nextToken() == JsonToken.VALUE_TRUE;
            switch (name) {
                case "openat2" -> openat2 = isTrue;
                case "paths" -> paths = text(parser, paths);
                case "landlock" -> landlock = number(parser, landlock);
                case "seccomp" -> seccomp = isTrue;
                case "commands" -> commands = text(parser, commands);
                default -> {
                    // A fact of a later version.
                }
            }
            parser.skipChildren();
        }
        return new ToolFacts(openat2, paths, Math.clamp(landlock, 0, 1_000), seccomp, commands);
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
