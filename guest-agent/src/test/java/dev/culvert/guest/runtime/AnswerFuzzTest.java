package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Mutations;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeTimeouts;
import dev.culvert.json.JsonText;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams with bytes changed, cut out and doubled: each is an answer or a failure, and nothing
 * else.
 */
@Timeout(60)
class AnswerFuzzTest {
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261129;

    private static final RuntimeSettings SETTINGS =
            new RuntimeSettings(
                    URI.create("http://localhost"),
                    null,
                    RuntimeRequests.DEFAULTS,
                    RuntimeTimeouts.DEFAULTS,
                    RuntimeLimits.DEFAULTS);

    static Stream<Arguments> streams() throws IOException {
        return Stream.concat(
                arguments(RuntimeKind.ANTHROPIC, "runtime/messages"),
                arguments(RuntimeKind.OPENAI, "runtime/completions"));
    }

    private static Stream<Arguments> arguments(RuntimeKind kind, String folder) throws IOException {
        return Mutations.corpus(folder).stream().map(file -> Arguments.of(kind, file));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void isAnAnswerOrAFailure(RuntimeKind kind, Path file) throws IOException {
        Mutations mutations = new Mutations(file, SEED);
        assertThat(isAnswer(kind, mutations.good())).isTrue();

        int failures = 0;
        for (int round = 0; round < ROUNDS; round++) {
            failures += isAnswer(kind, mutations.next()) ? 0 : 1;
        }

        assertThat(failures).isPositive().isLessThan(ROUNDS);
    }

    private static boolean isAnswer(RuntimeKind kind, byte[] stream) {
        RecordingListener listener = new RecordingListener();
        GuardedListener guarded = new GuardedListener(listener);
        EventStreamBody body =
                new EventStreamBody(
                        SETTINGS.limits(),
                        guarded,
                        RuntimeApi.of(kind).reader(SETTINGS, guarded),
                        () -> {});
        try {
            body.content(Unpooled.wrappedBuffer(stream));
            body.end();
        } catch (FailedGenerationException e) {
            guarded.onFailure(e.failure());
        }
        List<String> told = listener.told();
        assertThat(
                        told.stream().filter(line -> line.startsWith("end ")).count()
                                + told.stream().filter(line -> line.startsWith("failure ")).count())
                .isEqualTo(1);
        told.forEach(AnswerFuzzTest::check);
        return told.getLast().startsWith("end ");
    }

    /** What is told in JSON becomes a part of a frame, which must be well-formed. */
    private static void check(String line) {
        for (String kind : List.of("fragment ", "anthropic ")) {
            if (line.startsWith(kind)) {
                String object = "{\"x\":" + line.substring(kind.length()) + "}";
                JsonText.checkObject(
                        Unpooled.wrappedBuffer(object.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }
}
