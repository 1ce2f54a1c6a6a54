package dev.culvert.daemon.front.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameLimits;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers whose chunks are changed, left out, doubled and mixed up: each becomes a message that is
 * JSON, or is refused.
 */
@Timeout(60)
class ChunksFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/front/anthropic/chunks");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261129;
    private static final Pattern VALUE =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[\\[{][^\\[\\]{}]*[\\]}]|[\\w.]+");
    private static final MessageHead HEAD = new MessageHead("r1", "a");

    @ParameterizedTest
    @ValueSource(strings = {"openai.jsonl", "anthropic.jsonl"})
    void isAMessageOrRefused(String name) throws IOException {
        List<String> good = Files.readAllLines(CORPUS.resolve(name));
        assertThat(isTold(good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isTold(mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isPositive().isLessThan(ROUNDS);
    }

    private static boolean isTold(List<String> chunks) {
        WholeMessage message = new WholeMessage(HEAD, UnpooledByteBufAllocator.DEFAULT);
        if (!isEnded(chunks, message)) {
            message.drop();
            return false;
        }
        assertThat(message.contentBytes()).isNotNegative();
        ByteBuf json = message.take();
        assertThatCode(() -> JsonText.checkObject(json))
                .as(() -> json.toString(UTF_8) + chunks)
                .doesNotThrowAnyException();
        json.release();
        return true;
    }

    private static boolean isEnded(List<String> chunks, WholeMessage message) {
        try {
            for (String chunk : chunks) {
                if (!tell(chunk, message)) {
                    return false;
                }
                if (chunk.contains("\"done\":true")) {
                    return true;
                }
            }
            return false;
        } catch (BadChunkException _) {
            return false;
        }
    }

    /** False for what no chunk may be, which its link or its exchange refuses. */
    private static boolean tell(String chunk, WholeMessage message) {
        byte[] frame =
                ("{\"type\":\"chunk\",\"id\":\"t\",\"payload\":" + chunk + "}").getBytes(UTF_8);
        EmbeddedChannel link = new EmbeddedChannel(new FrameDecoder(FrameLimits.DEFAULTS));
        try {
            link.writeInbound(
                    Unpooled.wrappedBuffer(
                            Unpooled.copyInt(frame.length), Unpooled.wrappedBuffer(frame)));
            Frame read = link.readInbound();
            if (read == null) {
                return false;
            }
            try {
                if (read.chunkFault() == null) {
                    message.chunk(read);
                    return true;
                }
                return false;
            } finally {
                read.release();
            }
        } catch (DecoderException _) {
            return false;
        } finally {
            link.finishAndReleaseAll();
        }
    }

    private static List<String> mutated(List<String> good, Random random) {
        List<String> chunks = new ArrayList<>(good);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(chunks.size());
            int other = random.nextInt(chunks.size());
            switch (random.nextInt(5)) {
                case 0 -> chunks.remove(at);
                case 1 -> chunks.add(at, chunks.get(other));
                case 2 -> chunks.set(at, chunks.get(other));
                default ->
                        chunks.set(at, withOtherValue(chunks.get(at), chunks.get(other), random));
            }
            if (chunks.isEmpty()) {
                return good;
            }
        }
        return chunks;
    }

    private static String withOtherValue(String chunk, String other, Random random) {
        List<MatchResult> values = VALUE.matcher(chunk).results().toList();
        List<MatchResult> others = VALUE.matcher(other).results().toList();
        MatchResult at = values.get(random.nextInt(values.size()));
        String value =
                random.nextInt(4) == 0 ? "7" : others.get(random.nextInt(others.size())).group();
        return chunk.substring(0, at.start()) + value + chunk.substring(at.end());
    }

    /** A runtime may write one half of a character in one chunk, and the other in the next. */
    @Test
    void anArgumentMayBeCutAnywhere() {
        String call =
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"function\":{\"name\":\"f\",\"arguments\":\"%s\"}}]}";
        WholeMessage message = new WholeMessage(HEAD, UnpooledByteBufAllocator.DEFAULT);

        tell(call.formatted("{\\\"a\\\":\\\"\\ud83d"), message);
        tell(call.formatted("\\ude42\\\"}"), message);
        tell("{\"content\":\"\",\"done\":true}", message);

        ByteBuf json = message.take();
        assertThat(json.toString(UTF_8)).contains("\"input\":{\"a\":\"🙂\"}");
        json.release();
    }
}
