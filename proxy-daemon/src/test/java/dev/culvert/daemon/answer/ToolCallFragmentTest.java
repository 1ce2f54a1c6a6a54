package dev.culvert.daemon.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToolCallFragmentTest {
    private static String read(String array) {
        // The array lies within a frame, and does not begin at its first byte.
        ByteBuf frame = Unpooled.copiedBuffer("xyz" + array, UTF_8);
        List<ToolCallFragment> fragments =
                ToolCallFragment.read(frame.slice(3, frame.readableBytes() - 3));
        return String.join(
                " ; ",
                fragments.stream()
                        .map(it ->
                                "%d %s %s %s(%s)"
                                        .formatted(
                                                it.index(),
                                                it.isComplete() ? "complete" : "incomplete",
                                                it.id(),
                                                it.name(),
                                                it.arguments().toString(UTF_8)))
                        .toList());
    }

    @Test
    void readsEachFragmentWithTextsAsTheyAreWritten() {
        assertThat(
                        read(
                                """
                                [{"index":3,"id":"call_1","type":"function",
                                  "function":{"name":"f","arguments":"{\\"a\\":"}},
                                 {"function":{"arguments":"1}"},"index":4}]\
                                """))
                .isEqualTo("3 complete call_1 f({\\\"a\\\":) ; 4 complete  (1})");
    }

    @Test
    void aFragmentWithoutAnIndexHasThatOfItsPlace() {
        assertThat(read("[{\"id\":\"a\"},{\"id\":\"b\",\"index\":null}]"))
                .isEqualTo("0 incomplete a () ; 1 incomplete b ()");
    }

    @Test
    void argumentsThatAreAnObjectBecomeItsText() {
        assertThat(read("[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":{\"a\":[1]}}}]"))
                .isEqualTo("0 incomplete  f({\\\"a\\\":[1]})");
    }

    @Test
    void moreThan1024InOneChunkAreRefused() {
        String most = "{},".repeat(1023);
        assertThat(read("[" + most + "{}]")).endsWith(" ; 1023 incomplete  ()");
        assertThatThrownBy(() -> read("[" + most + "{},{}]"))
                .isInstanceOf(BadChunkException.class)
                .hasMessageContaining("over 1024");
    }

    @Test
    void whatIsNoneOfThisIsPassedOver() {
        assertThat(read("[{},{\"index\":1,\"id\":7,\"function\":[],\"more\":{\"name\":\"x\"}}]"))
                .isEqualTo("0 incomplete  () ; 1 complete  ()");
        assertThat(read("[]")).isEmpty();
    }

    @Test
    void aCustomToolIsGivenAnyText() {
        ByteBuf array =
                Unpooled.copiedBuffer(
                        "[{\"index\":0,\"custom\":{\"name\":\"c\",\"input\":\"x y\"}}]", UTF_8);
        ToolCallFragment fragment = ToolCallFragment.read(array).getFirst();
        assertThat(fragment.isCustom()).isTrue();
        assertThat(fragment.name()).isEqualTo("c");
        assertThat(fragment.arguments().toString(UTF_8)).isEqualTo("x y");
    }
}
