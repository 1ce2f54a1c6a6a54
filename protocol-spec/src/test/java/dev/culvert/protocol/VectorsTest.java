package dev.culvert.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.protocol.GoldenVector.GoldenFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorsTest {
    private static final int MAX_FRAME_BYTES = 4_194_304;

    @Test
    void thereAreAtLeastSixtyOfEachKind() {
        assertThat(Spec.jsonFiles("vectors/valid")).hasSizeGreaterThanOrEqualTo(60);
        assertThat(Spec.jsonFiles("vectors/invalid")).hasSizeGreaterThanOrEqualTo(60);
    }

    @Test
    void theIndexListsEveryFileInOrder() {
        List<String> files =
                Stream.of(
                                "vectors/dialogues",
                                "vectors/invalid",
                                "vectors/valid",
                                "vectors/websocket")
                        .flatMap(folder -> Spec.jsonFiles(folder).stream())
                        .map(path -> path.substring("vectors/".length()))
                        .toList();

        assertThat(Spec.text("vectors/index.txt").lines()).containsExactlyElementsOf(files);
    }

    @Test
    void whatTheIndexListsIsOnTheClassPath() {
        assertThat(Spec.text("vectors/index.txt").lines())
                .allSatisfy(
                        path -> assertThat(getClass().getResource("vectors/" + path)).isNotNull());
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.protocol.GoldenVector#all")
    void keepsToTheFormatOfTheReadme(GoldenVector vector) {
        assertThat(vector.name()).matches("[a-z0-9]+(-[a-z0-9]+)*");
        assertThat(vector.why()).matches("\\P{Cntrl}+\\.");
    }

    @Test
    void theErrorsAreThoseOfTheFramingPage() {
        List<String> listed = Spec.column("framing.md", "Errors", 0);

        assertThat(listed).hasSize(16).doesNotHaveDuplicates();
        assertThat(GoldenVector.invalid().map(GoldenVector::error).distinct())
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.protocol.GoldenVector#valid")
    void theHeadersMeasureTheFramesThatAreDelivered(GoldenVector vector) {
        List<byte[]> onTheWire = split(vector.bytes());

        assertThat(onTheWire).hasSize(vector.frames().size());
        for (int i = 0; i < onTheWire.size(); i++) {
            assertDelivered(onTheWire.get(i), vector.frames().get(i));
        }
    }

    private static void assertDelivered(byte[] wire, GoldenFrame frame) {
        Map<String, @Nullable Object> envelope = Json.wire(wire);
        assertThat(envelope.get("type")).isEqualTo(frame.type());
        assertThat(envelope.getOrDefault("id", "")).isEqualTo(frame.id());
        assertThat(envelope.get("seq")).isEqualTo(frame.seq());
        assertThat(envelope.get("credit")).isEqualTo(frame.credit());
        assertThat(envelope.get("traceparent")).isEqualTo(frame.traceparent());
        assertThat(envelope.containsKey("payload")).isEqualTo(frame.payload() != null);
        if (frame.payload() != null) {
            assertThat(new String(wire, ISO_8859_1).contains(frame.payload())).isTrue();
        }
    }

    private static List<byte[]> split(String stream) {
        ByteBuffer bytes = ByteBuffer.wrap(stream.getBytes(ISO_8859_1));
        List<byte[]> frames = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int length = bytes.getInt();
            assertThat(length).isBetween(1, Math.min(MAX_FRAME_BYTES, bytes.remaining()));
            byte[] frame = new byte[length];
            bytes.get(frame);
            frames.add(frame);
        }
        return frames;
    }
}
