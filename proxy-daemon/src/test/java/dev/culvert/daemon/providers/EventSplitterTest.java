package dev.culvert.daemon.providers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventSplitterTest {
    private final EventSplitter splitter = new EventSplitter(UnpooledByteBufAllocator.DEFAULT);

    private List<String> add(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, UTF_8);
        splitter.add(bytes);
        bytes.release();
        List<String> events = new ArrayList<>();
        for (ByteBuf it = splitter.next(); it != null; it = splitter.next()) {
            events.add(it.toString(UTF_8));
        }
        return events;
    }

    @Test
    void anEventEndsWithItsBlankLine() {
        assertThat(add("data: 1\n\nevent: x\ndata: 2\n\nda"))
                .containsExactly("data: 1\n\n", "event: x\ndata: 2\n\n");
        assertThat(add("ta: 3\n\n")).containsExactly("data: 3\n\n");
        splitter.drop();
    }

    @Test
    void linesMayEndAsTheyLike() {
        assertThat(add("a\r\n\r\nb\r\rc\r\n\n")).containsExactly("a\r\n\r", "\nb\r\r", "c\r\n\n");
        splitter.drop();
    }

    @Test
    void whatHasNoEndIsTheRest() {
        assertThat(add("a\n\nb\n")).containsExactly("a\n\n");
        assertThat(splitter.rest()).extracting(rest -> rest.toString(UTF_8)).isEqualTo("b\n");
        assertThat(splitter.rest()).isNull();
        splitter.drop();
    }

    @Test
    void aLargeEventComesInParts() {
        String half = "x".repeat(EventSplitter.MOST_EVENT_BYTES / 2 + 1);
        assertThat(add(half)).isEmpty();
        assertThat(splitter.part()).isNull();
        assertThat(add(half)).isEmpty();
        assertThat(splitter.part()).extracting(ByteBuf::readableBytes).isEqualTo(2 * half.length());
        assertThat(add("y")).isEmpty();
        assertThat(splitter.part()).extracting(part -> part.toString(UTF_8)).isEqualTo("y");
        assertThat(add("z\n\n")).containsExactly("z\n\n");
        assertThat(splitter.endsLarge()).isTrue();
        assertThat(splitter.endsLarge()).isFalse();
        splitter.drop();
    }
}
