package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One golden vector of the specification, from the resources of its jar. */
final class GoldenVector {
    private static final String ROOT = "/dev/culvert/protocol/";
    private static final JsonFactory JSON = new JsonFactory();

    /** A frame as the vector gives it: what its envelope does not have is null. */
    static final class Expected {
        String type = "";
        String id = "";
        @Nullable Long seq;
        @Nullable Long credit;
        @Nullable String traceparent;
        byte @Nullable [] payload;
    }

    private final String path;
    private byte[] bytes = {};
    private final List<Expected> frames = new ArrayList<>();
    private @Nullable String error;

    private GoldenVector(String path) {
        this.path = path;
    }

    static Stream<GoldenVector> valid() {
        return all("vectors/valid/");
    }

    static Stream<GoldenVector> invalid() {
        return all("vectors/invalid/");
    }

    private static Stream<GoldenVector> all(String folder) {
        try (InputStream index = open("vectors/index.txt")) {
            return new String(index.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.startsWith("vectors/") ? line : "vectors/" + line)
                    .filter(line -> line.startsWith(folder))
                    .map(GoldenVector::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        return bytes.clone();
    }

    List<Expected> frames() {
        return frames;
    }

    String error() {
        return error == null ? "none" : error;
    }

    @Override
    public String toString() {
        return path;
    }

    private static InputStream open(String path) {
        InputStream stream = GoldenVector.class.getResourceAsStream(ROOT + path);
        if (stream == null) {
            throw new IllegalStateException("protocol-spec has no " + path);
        }
        return stream;
    }

    private static GoldenVector read(String path) {
        GoldenVector vector = new GoldenVector(path);
        try (InputStream stream = open(path);
                JsonParser parser = JSON.createParser(stream)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                parser.nextToken();
                switch (parser.currentName()) {
                    case "bytes" -> vector.bytes = hexStrings(parser);
                    case "error" -> vector.error = parser.getText();
                    case "frames" -> {
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            vector.frames.add(frame(parser));
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
        return vector;
    }

    private static Expected frame(JsonParser parser) throws IOException {
        Expected frame = new Expected();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            parser.nextToken();
            switch (parser.currentName()) {
                case "type" -> frame.type = parser.getText();
                case "id" -> frame.id = parser.getText();
                case "seq" -> frame.seq = parser.getLongValue();
                case "credit" -> frame.credit = parser.getLongValue();
                case "traceparent" -> frame.traceparent = parser.getText();
                case "payload" -> frame.payload = hexStrings(parser);
                default -> throw new IOException("a frame has no " + parser.currentName());
            }
        }
        return frame;
    }

    private static byte[] hexStrings(JsonParser parser) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (parser.nextToken() == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            int star = text.indexOf('*');
            byte[] part = HexFormat.of().parseHex(star < 0 ? text : text.substring(0, star));
            int times = star < 0 ? 1 : Integer.parseInt(text.substring(star + 1));
            for (int i = 0; i < times; i++) {
                bytes.writeBytes(part);
            }
        }
        return bytes.toByteArray();
    }
}
