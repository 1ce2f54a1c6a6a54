package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EchoRuntimeTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final RecordingListener listener = new RecordingListener();

    @AfterEach
    void finishChannel() {
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void streamsTheLastUserMessageWordByWord() {
        start(
                Duration.ZERO,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"old\"},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\" one  two\\n\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{}},{\"type\":\"text\",\"text\":\"three\"}]},"
                        + "{\"role\":\"assistant\",\"content\":\"not this\"}],\"stream\":true}");
        assertThat(listener.told()).isEmpty();
        channel.runPendingTasks();
        assertThat(listener.told())
                .containsExactly("text  one  ", "text two\n", "text three", "end stop");
    }

    @Test
    void countsTheWordsAsUsage() throws Exception {
        start(Duration.ZERO, said("a b c"));
        channel.runPendingTasks();
        assertThat(listener.awaitEnd().usageJson())
                .isEqualTo("{\"prompt_tokens\":3,\"completion_tokens\":3,\"total_tokens\":6}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"%s%s\"", "[{\"text\":\"%s\"},{\"text\":\"%s\"}]"})
    void aTextThatTheHeapCannotHoldIsNotEchoed(String content) throws Exception {
        String half = "x".repeat(2_200_000);

        start(
                Duration.ZERO,
                "{\"messages\":[{\"role\":\"user\",\"content\":%s}]}"
                        .formatted(content.formatted(half, half)));
        channel.runPendingTasks();

        assertThat(listener.awaitFailure().message()).contains("of at most 4 MiB");
    }

    @Test
    void waitsBetweenTheWordsButNotBeforeTheEnd() {
        channel.freezeTime();
        start(Duration.ofMillis(100), said("a b"));
        channel.runPendingTasks();
        assertThat(listener.told()).containsExactly("text a ");
        channel.advanceTimeBy(99, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        assertThat(listener.told()).containsExactly("text a ");
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        assertThat(listener.told()).containsExactly("text a ", "text b", "end stop");
    }

    @Test
    void holdsStillWhilePaused() {
        Generation generation = start(Duration.ZERO, said("a b"));
        generation.pause();
        channel.runPendingTasks();
        assertThat(listener.told()).isEmpty();
        generation.resume();
        generation.resume();
        channel.runPendingTasks();
        assertThat(listener.told()).containsExactly("text a ", "text b", "end stop");
    }

    @Test
    void tellsNothingAfterAnAbort() {
        channel.freezeTime();
        Generation generation = start(Duration.ofMillis(100), said("a b"));
        channel.runPendingTasks();
        generation.abort();
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(listener.told()).containsExactly("text a ");
    }

    @Test
    void tellsALongWordInPiecesThatPartNoSurrogatePair() {
        String word = "x".repeat(1023) + "\ud83d\ude00" + "y".repeat(2000);
        start(Duration.ZERO, said(word));
        channel.runPendingTasks();
        assertThat(listener.text()).isEqualTo(word);
        assertThat(listener.told()).hasSize(4).first().isEqualTo("text " + "x".repeat(1023));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "no JSON",
                "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}"
            })
    void saysThatThereIsNothingToEcho(String body) throws Exception {
        start(Duration.ZERO, body);
        channel.runPendingTasks();
        assertThat(listener.awaitFailure().code()).isEqualTo(ErrorCode.EMPTY_RESPONSE);
    }

    private Generation start(Duration delay, String body) {
        ByteBuf bytes = ByteBufUtil.writeUtf8(PooledByteBufAllocator.DEFAULT, body);
        return new EchoRuntime(delay)
                .start(
                        channel.eventLoop(),
                        new GenerationRequest(bytes, Map.of(), RuntimeKind.OPENAI),
                        listener);
    }

    private static String said(String words) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}";
    }
}
