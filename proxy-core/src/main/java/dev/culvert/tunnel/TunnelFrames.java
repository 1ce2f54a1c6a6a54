package dev.culvert.tunnel;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and writes the payloads of {@code tunnel} and {@code tunnelled} (tunnels.md). */
final class TunnelFrames {
    static final int MOST_BYTES = 4 << 10;
    static final Pattern TICKET = Pattern.compile("[A-Za-z0-9_-]{16,128}");

    interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    private TunnelFrames() {}

    /** Belongs to the caller. */
    static Frame frame(FrameType type, String id, Writer members) {
        ByteBuf payload = Unpooled.buffer();
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Frame(type, id, payload);
    }

    interface Reader {
        /** The parser is at the value of the member. */
        void read(String name, JsonParser value) throws IOException, BadTunnelException;
    }

    /** Borrows {@code frame}, which was checked to be well-formed. */
    static void read(Frame frame, Reader members) throws BadTunnelException {
        String type = frame.type().wireName();
        if (frame.payload().readableBytes() > MOST_BYTES) {
            throw new BadTunnelException(
                    "a '" + type + "' has a payload of more than " + MOST_BYTES + " bytes");
        }
        try (JsonParser parser = JsonText.parser(frame.payload())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BadTunnelException("a '" + type + "' needs a payload that is an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                members.read(name, parser);
                parser.skipChildren();
            }
        } catch (BadTunnelException e) {
            throw e;
        } catch (IOException e) {
            throw new BadTunnelException("a '" + type + "' cannot be read: " + Quoted.message(e));
        }
    }

    static String ticket(JsonParser value) throws IOException, BadTunnelException {
        if (value.currentToken() == JsonToken.VALUE_STRING
                && TICKET.matcher(value.getText()).matches()) {
            return value.getText();
        }
        throw new BadTunnelException("'ticket' is not 16 to 128 letters, digits, - and _");
    }

    /** The parser is at the value of {@code to}, and leaves its end. */
    static Destination destination(JsonParser value) throws IOException, BadTunnelException {
        if (value.currentToken() != JsonToken.START_OBJECT) {
            throw new BadTunnelException("'to' is not an object");
        }
        Destination found = null;
        int known = 0;
        while (value.nextToken() == JsonToken.FIELD_NAME) {
            String name = value.currentName();
            value.nextToken();
            Destination next = destination(name, value);
            if (next != null) {
                found = next;
                known++;
            }
            value.skipChildren();
        }
        if (found == null || known > 1) {
            throw new BadTunnelException(
                    "'to' needs one of 'port', 'ask', 'llm', 'egress', 'reverse' and 'listen'");
        }
        return found;
    }

    private static @Nullable Destination destination(String name, JsonParser value)
            throws IOException, BadTunnelException {
        try {
            return switch (name) {
                case "port" -> new Destination.Port(number(value));
                case "llm" ->
                        value.currentToken() == JsonToken.VALUE_TRUE ? new Destination.Llm() : null;
                case "egress" -> {
                    Destination.Place place = Destination.Place.parse(text(value));
                    yield new Destination.Egress(place.host(), place.port());
                }
                case "reverse" -> {
                    Destination.Place place = Destination.Place.parse(text(value));
                    yield new Destination.Reverse(place.host(), place.port());
                }
                case "ask" -> new Destination.Ask(number(value));
                case "listen" -> Destination.Listen.parse(text(value));
                default -> null; // of a later version
            };
        } catch (IllegalArgumentException e) {
            throw new BadTunnelException("'" + name + "' cannot be used: " + e.getMessage());
        }
    }

    private static int number(JsonParser value) throws IOException {
        if (value.currentToken() != JsonToken.VALUE_NUMBER_INT || value.getTextLength() > 5) {
            throw new IllegalArgumentException("it is not a port from 1 to 65535");
        }
        return value.getIntValue();
    }

    static String text(JsonParser value) throws IOException {
        return value.currentToken() == JsonToken.VALUE_STRING ? value.getText() : "";
    }

    static void write(JsonGenerator json, Destination to) throws IOException {
        json.writeObjectFieldStart("to");
        switch (to) {
            case Destination.Port port -> json.writeNumberField(to.kind(), port.number());
            case Destination.Ask ask -> json.writeNumberField(to.kind(), ask.port());
            case Destination.Llm _ -> json.writeBooleanField(to.kind(), true);
            case Destination.Egress _, Destination.Reverse _, Destination.Listen _ ->
                    json.writeStringField(to.kind(), to.toString());
        }
        json.writeEndObject();
    }
}
