package dev.culvert.daemon.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseStreamTest {
    private static final EventType CHUNK = EventType.of("chunk");

    private final List<String> told = new ArrayList<>();
    private final CountingObserver observer = new CountingObserver();
    private final List<SseStream> streams = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    private final class StreamRoute implements Route {
        @Override
        public Set<HttpMethod> methods() {
            return Set.of(HttpMethod.GET);
        }

        @Override
        public List<String> templates() {
            return List.of("/stream");
        }

        @Override
        public Need need(HttpMethod method) {
            return Need.NOTHING;
        }

        @Override
        public void handle(Request request, Answer responder) {
            streams.add(
                    SseStream.open(
                            responder,
                            Duration.ofSeconds(15),
                            SseStream::comment,
                            () -> told.add("gone")));
        }
    }

    @BeforeEach
    void open() {
        open(channel);
    }

    private void open(EmbeddedChannel it) {
        it.freezeTime();
        Router router = new Router(List.of(new StreamRoute()), observer, Callers.anybody());
        Account account = new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
        it.pipeline()
                .addLast(
                        new HttpPipeline(
                                HttpServer.of(HttpSettings.DEFAULTS, observer, account.whole()),
                                router,
                                account::whole));
        it.pipeline().fireChannelActive();
        it.writeInbound(text("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    @AfterEach
    void stop() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private SseStream stream() {
        return streams.getFirst();
    }

    private void event(EventType type, ByteBuf data) {
        stream().event(type, data);
        data.release();
    }

    private void event(EventType type, EventIds ids, long number, ByteBuf data) {
        stream().event(type, ids, number, data);
        data.release();
    }

    /** What was sent since the last call. */
    private String sent() {
        channel.runPendingTasks();
        StringBuilder sent = new StringBuilder();
        for (ByteBuf out; (out = channel.readOutbound()) != null; out.release()) {
            sent.append(out.toString(UTF_8));
        }
        return sent.toString();
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private static String chunk(String bytes) {
        return Integer.toHexString(bytes.getBytes(UTF_8).length) + "\r\n" + bytes + "\r\n";
    }

    @Test
    void opensWithAHeadThatNoProxyBuffers() {
        assertThat(sent())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-type: text/event-stream\r\n")
                .contains("cache-control: no-cache\r\n")
                .contains("x-accel-buffering: no\r\n")
                .endsWith("\r\n\r\n" + chunk("retry: 500\n"));
    }

    @Test
    void writesEventsWithAndWithoutIds() {
        sent();
        event(CHUNK, text("{\"content\":\"é\"}"));
        event(CHUNK, EventIds.of("turn-1"), 42, text("{}"));
        assertThat(sent())
                .isEqualTo(
                        chunk("event: chunk\ndata: {\"content\":\"é\"}\n\n")
                                + chunk("event: chunk\nid: turn-1:42\ndata: {}\n\n"));
    }

    @Test
    void passesALargePayloadAsTheSameBytesUncopied() {
        sent();
        ByteBuf payload = text("{\"content\":\"" + "passed".repeat(1_000) + "\"}");
        event(CHUNK, payload.retainedSlice());
        channel.runPendingTasks();
        List<ByteBuf> parts = new ArrayList<>();
        for (ByteBuf out; (out = channel.readOutbound()) != null; ) {
            parts.add(out);
        }
        assertThat(parts).anySatisfy(it -> assertThat(it.unwrap()).isSameAs(payload));
        parts.forEach(ByteBuf::release);
        assertThat(payload.refCnt()).isEqualTo(1);
        payload.release();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a/nb            | data: a;data: b",
                "a/rb            | data: a;data: b",
                "a/r/nb          | data: a;data: b",
                "a/n/rb          | data: a;data: ;data: b",
                "a/r/rb          | data: a;data: ;data: b",
                "/n              | data: ;data: ",
                "a/r             | data: a;data: ",
                "a/n/nevent: x/n | data: a;data: ;data: event: x;data: ",
                "''              | data: "
            })
    void writesEachLineOfAPayloadAsAFieldOfItsOwn(String payload, String fields) {
        sent();
        event(CHUNK, text(payload.replace("/n", "\n").replace("/r", "\r")));
        String expected = fields.trim().replace(";", "\n");
        expected = expected.endsWith("data:") ? expected + " " : expected;
        assertThat(sent()).isEqualTo(chunk("event: chunk\n" + expected + "\n\n"));
    }

    @Test
    void writesEventsOfOneShapeWithoutTypeAndId() {
        sent();
        EventShape shape = EventShape.of("{\"x\":\"", "\"}");
        shaped(shape, text("é"));
        shaped(shape, text(""));
        assertThat(sent())
                .isEqualTo(chunk("data: {\"x\":\"é\"}\n\n") + chunk("data: {\"x\":\"\"}\n\n"));
    }

    @Test
    void anEventOfAShapeMayHaveAType() {
        sent();
        shaped(EventShape.of(CHUNK, "[", "]"), text("1"));
        assertThat(sent()).isEqualTo(chunk("event: chunk\ndata: [1]\n\n"));
    }

    @Test
    void aLineBreakBetweenTokensIsABlankInAnEventOfAShape() {
        sent();
        ByteBuf part = text("[1,\r\n2]");
        stream().event(EventShape.of("", ""), part);
        assertThat(part.toString(UTF_8)).isEqualTo("[1,\r\n2]");
        part.release();
        assertThat(sent()).isEqualTo(chunk("data: [1,  2]\n\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\0b", "é"})
    void refusesAShapeThatWouldBreakOut(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> EventShape.of(text, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> EventShape.of("", text));
    }

    private void shaped(EventShape shape, ByteBuf part) {
        stream().event(shape, part);
        part.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\rb", "a\0b", "a b", "é"})
    void refusesNamesAndIdsThatWouldBreakOut(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> EventType.of(text));
        assertThatIllegalArgumentException().isThrownBy(() -> EventIds.of(text));
    }

    @Test
    void sendsACommentAfterEachSilenceOf15Seconds() {
        sent();
        pass(14);
        assertThat(sent()).isEmpty();
        pass(1);
        assertThat(sent()).isEqualTo(chunk(":\n\n"));
        pass(10);
        event(CHUNK, text("{}"));
        sent();
        pass(14);
        assertThat(sent()).isEmpty();
        pass(1);
        assertThat(sent()).isEqualTo(chunk(":\n\n"));
        pass(15);
        assertThat(sent()).isEqualTo(chunk(":\n\n"));
    }

    @Test
    void smallEventsLeaveTogether() {
        sent();
        event(CHUNK, text("{\"content\":\"one\"}"));
        event(CHUNK, text("{\"content\":\"two\"}"));
        channel.runPendingTasks();

        ByteBuf both = channel.readOutbound();
        assertThat(both.toString(UTF_8)).contains("one", "two");
        assertThat(channel.<Object>readOutbound()).isNull();
        both.release();
    }

    @Test
    void endsCleanlyAndSaysNothingMore() {
        sent();
        event(CHUNK, text("{}"));
        stream().end();
        assertThat(sent()).endsWith("\r\n0\r\n\r\n");
        event(CHUNK, text("{}"));
        pass(30);
        assertThat(sent()).isEmpty();
        assertThat(stream().isOpen()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void breaksOffWithoutAnEnd() {
        sent();
        event(CHUNK, text("{}"));
        stream().abort();
        assertThat(sent()).isEqualTo(chunk("event: chunk\ndata: {}\n\n"));
        assertThat(channel.isOpen()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void tellsThatTheClientLeftAndStopsItsComments() {
        channel.close();
        channel.runPendingTasks();
        assertThat(told).containsExactly("gone");
        assertThat(stream().isOpen()).isFalse();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void takesNoMemoryForALargePayloadBesideThePayload() {
        UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true, true);
        EmbeddedChannel counted = new EmbeddedChannel();
        counted.config().setAllocator(buffers);
        open(counted);
        streams.getLast().event(CHUNK, text("first"));
        counted.runPendingTasks();
        long before = buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
        ByteBuf large = text("x".repeat(1 << 20));
        streams.getLast().event(CHUNK, large);
        large.release();
        assertThat(buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory() - before)
                .isLessThan(10_000);
        counted.finishAndReleaseAll();
    }
}
