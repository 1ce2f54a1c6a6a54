package dev.culvert.testing;

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
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What comes over a WebSocket, and what a receiver makes of it, from the resources of protocol-spec
 * (vectors/README.md).
 */
public final class WebSocketVector {
    private static final String ROOT = "/dev/culvert/protocol/vectors/";
    private static final String FOLDER = "websocket/";
    private static final JsonFactory JSON = new JsonFactory();
    private static final int SMALL_BYTES = 3_000;

    private final String path;
    private final List<Fragment> receives = new ArrayList<>();
    private final List<String> frames = new ArrayList<>();
    private final List<Fragment> sends = new ArrayList<>();
    private String ends = "";

    /** One frame of a WebSocket. */
    static final class Fragment {
        private static final List<String> NAMES = List.of("continuation", "text", "binary");
        private static final List<String> CONTROLS = List.of("close", "ping", "pong");
        private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};
        private static final int CONTROL = 8;

        private final int opcode;
        private final byte[] content;
        private boolean fin = true;
        private int reserved;
        private boolean otherwise;

        Fragment(int opcode, byte[] content) {
            this.opcode = opcode;
            this.content = content;
        }

        private static int opcode(String name) {
            if (NAMES.contains(name)) {
                return NAMES.indexOf(name);
            }
            return CONTROLS.contains(name)
                    ? CONTROL + CONTROLS.indexOf(name)
                    : Integer.parseInt(name.substring("opcode-".length()));
        }

        /** Its bytes, as a guest or a host sends them. */
        private byte[] bytes(boolean fromGuest) {
            boolean masked = fromGuest != otherwise;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write((fin ? 0x80 : 0) | reserved << 4 | opcode);
            int mask = masked ? 0x80 : 0;
            int length = content.length;
            if (length < 126) {
                out.write(mask | length);
            } else if (length < 0x10000) {
                out.write(mask | 126);
                out.write(length >> 8);
                out.write(length);
            } else {
                out.write(mask | 127);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    out.write(shift > 24 ? 0 : length >> shift);
                }
            }
            byte[] sent = content.clone();
            if (masked) {
                out.writeBytes(MASK);
                for (int i = 0; i < sent.length; i++) {
                    sent[i] ^= MASK[i % MASK.length];
                }
            }
            out.writeBytes(sent);
            return out.toByteArray();
        }

        /** A close frame with its code only. */
        @Override
        public String toString() {
            String hex = HexFormat.of().formatHex(content);
            return opcode == CONTROL
                    ? "close " + hex.substring(0, Math.min(4, hex.length()))
                    : opcode + " " + hex;
        }
    }

    private WebSocketVector(String path) {
        this.path = path;
    }

    public static Stream<WebSocketVector> all() {
        return new String(read("index.txt"), UTF_8)
                .lines()
                .filter(line -> line.startsWith(FOLDER))
                .map(WebSocketVector::parse);
    }

    /** Those that can be fed one byte at a time. */
    public static Stream<WebSocketVector> small() {
        return all().filter(vector -> vector.bytes(true).length < SMALL_BYTES);
    }

    /** What the other side sends after the WebSocket has begun. */
    byte[] bytes(boolean fromGuest) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        receives.forEach(fragment -> all.writeBytes(fragment.bytes(fromGuest)));
        return all.toByteArray();
    }

    /** The types and ids of the frames that are delivered. */
    List<String> frames() {
        return frames;
    }

    /** What the receiver sends. */
    List<String> sends() {
        return sends.stream().map(Fragment::toString).toList();
    }

    /** Why the receiver closes the connection; empty if it stays open. */
    String ends() {
        return ends;
    }

    @Override
    public String toString() {
        return path;
    }

    private static byte[] read(String path) {
        try (InputStream stream = WebSocketVector.class.getResourceAsStream(ROOT + path)) {
            return Objects.requireNonNull(stream, path).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static WebSocketVector parse(String path) {
        WebSocketVector vector = new WebSocketVector(path);
        try (JsonParser parser = JSON.createParser(read(path))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                parser.nextToken();
                switch (parser.currentName()) {
                    case "why" -> parser.skipChildren();
                    case "receives" -> addFragments(parser, vector.receives);
                    case "sends" -> addFragments(parser, vector.sends);
                    case "frames" -> {
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            vector.frames.add(frame(parser));
                        }
                    }
                    case "ends" -> vector.ends = parser.getText();
                    default -> throw new IOException("no member " + parser.currentName());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
        return vector;
    }

    private static void addFragments(JsonParser parser, List<Fragment> to) throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            parser.nextToken();
            int opcode = Fragment.opcode(parser.currentName());
            parser.nextToken();
            Fragment fragment = new Fragment(opcode, hexStrings(parser));
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                parser.nextToken();
                switch (parser.currentName()) {
                    case "fin" -> fragment.fin = parser.getBooleanValue();
                    case "rsv" -> fragment.reserved = parser.getIntValue();
                    case "masked" -> fragment.otherwise = true;
                    default -> throw new IOException("no member " + parser.currentName());
                }
            }
            to.add(fragment);
        }
    }

    private static String frame(JsonParser parser) throws IOException {
        StringBuilder frame = new StringBuilder();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            parser.nextToken();
            frame.append(frame.isEmpty() ? "" : " ").append(parser.getText());
        }
        return frame.toString();
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
