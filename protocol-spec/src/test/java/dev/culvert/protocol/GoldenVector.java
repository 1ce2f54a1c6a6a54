package dev.culvert.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One file of vectors/, read by the rules of vectors/README.md. A file that violates them is an
 * error.
 */
record GoldenVector(
        String path, String why, String bytes, List<GoldenFrame> frames, @Nullable String error) {
    private static final Pattern HEX = Pattern.compile("((?:[0-9a-f]{2})+)(?:\\*([1-9][0-9]*))?");

    /** One frame that a vector delivers. Bytes, here and in the vector, are a string of Latin-1. */
    record GoldenFrame(
            String type,
            String id,
            @Nullable BigDecimal seq,
            @Nullable BigDecimal credit,
            @Nullable String traceparent,
            @Nullable String payload) {}

    static Stream<GoldenVector> valid() {
        return Spec.jsonFiles("vectors/valid").stream().map(GoldenVector::read);
    }

    static Stream<GoldenVector> invalid() {
        return Spec.jsonFiles("vectors/invalid").stream().map(GoldenVector::read);
    }

    static Stream<GoldenVector> all() {
        return Stream.concat(valid(), invalid());
    }

    /** The file's name without folder and ending. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1, path.length() - ".json".length());
    }

    @Override
    public String toString() {
        return path;
    }

    static GoldenVector read(String path) {
        boolean valid = path.startsWith("vectors/valid/");
        Map<String, @Nullable Object> file = Json.file(Spec.ROOT.resolve(path));
        onlyMembers(
                path,
                file,
                valid
                        ? Set.of("why", "bytes", "frames")
                        : Set.of("why", "bytes", "frames", "error"));
        if (valid && !file.containsKey("frames")) {
            throw new IllegalArgumentException(path + " has no frames");
        }
        List<GoldenFrame> frames =
                file.get("frames") instanceof List<?> list
                        ? list.stream().map(frame -> frame(path, Json.members(frame))).toList()
                        : List.of();
        return new GoldenVector(
                path,
                text(file, "why"),
                expanded(file.get("bytes")),
                frames,
                valid ? null : text(file, "error"));
    }

    private static GoldenFrame frame(String path, Map<String, @Nullable Object> frame) {
        onlyMembers(path, frame, Set.of("type", "id", "seq", "credit", "traceparent", "payload"));
        return new GoldenFrame(
                text(frame, "type"),
                text(frame, "id"),
                (BigDecimal) frame.get("seq"),
                (BigDecimal) frame.get("credit"),
                (String) frame.get("traceparent"),
                frame.containsKey("payload") ? expanded(frame.get("payload")) : null);
    }

    private static void onlyMembers(
            String path, Map<String, @Nullable Object> object, Set<String> known) {
        if (!known.containsAll(object.keySet())) {
            throw new IllegalArgumentException(
                    path + " may have " + known + " but has " + object.keySet());
        }
    }

    private static String text(Map<String, @Nullable Object> object, String name) {
        if (object.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(name + " is no string in " + object);
    }

    private static String expanded(@Nullable Object hexStrings) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Json.strings(hexStrings)
                .forEach(hex -> {
                    Matcher parts = HEX.matcher(hex);
                    if (!parts.matches()) {
                        throw new IllegalArgumentException("not a hex string: " + hex);
                    }
                    byte[] once = HexFormat.of().parseHex(parts.group(1));
                    int count = parts.group(2) == null ? 1 : Integer.parseInt(parts.group(2));
                    for (int i = 0; i < count; i++) {
                        bytes.writeBytes(once);
                    }
                });
        return bytes.toString(ISO_8859_1);
    }
}
