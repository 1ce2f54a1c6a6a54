package dev.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.HybridUnix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HybridHandshakeTest {
    private static final String OK = "OK 1073741824\n";

    private final List<String> seen = new ArrayList<>();
    private final Promise<Channel> dialed = ImmediateEventExecutor.INSTANCE.newPromise();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new HybridHandshake(new HybridUnix("/v.sock", 1024), dialed),
                    new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelActive(ChannelHandlerContext ctx) {
                            seen.add("active");
                        }

                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                            ByteBuf bytes = (ByteBuf) message;
                            seen.add(bytes.toString(US_ASCII));
                            bytes.release();
                        }

                        @Override
                        public void channelInactive(ChannelHandlerContext ctx) {
                            seen.add("inactive");
                        }

                        @Override
                        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                            seen.add(cause.toString());
                        }
                    });

    @AfterEach
    void releaseAll() {
        channel.finishAndReleaseAll();
    }

    @Test
    void asksForThePortInOneWrite() {
        ByteBuf request = channel.readOutbound();

        assertThat(request.toString(US_ASCII)).isEqualTo("CONNECT 1024\n");
        assertThat(channel.outboundMessages()).isEmpty();
        request.release();
    }

    @Test
    void passesTheChannelOnAfterTheAnswerAndLeavesIt() {
        receive(OK);

        assertThat(dialed.getNow()).isSameAs(channel);
        assertThat(seen).containsExactly("active");
        assertThat(channel.pipeline().get(HybridHandshake.class)).isNull();
    }

    @Test
    void takesAnAnswerThatIsSplitAnywhere() {
        for (int split = 1; split < OK.length(); split++) {
            HybridHandshakeTest one = new HybridHandshakeTest();
            one.receive(OK.substring(0, split));
            assertThat(one.dialed.isDone()).isFalse();
            assertThat(one.seen).isEmpty();

            one.receive(OK.substring(split) + "first");

            assertThat(one.seen).containsExactly("active", "first");
            one.releaseAll();
        }
    }

    @Test
    void takesAnAnswerThatComesByteByByte() {
        for (int i = 0; i < OK.length(); i++) {
            receive(OK.substring(i, i + 1));
        }
        receive("first");

        assertThat(seen).containsExactly("active", "first");
    }

    @Test
    void handsOnWhatIsGluedToTheAnswer() {
        receive(OK + "first\nOK 2\n");

        assertThat(seen).containsExactly("active", "first\nOK 2\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "OK\n",
                "OK \n",
                "OK x\n",
                "ok 1\n",
                "OK 1 \n",
                "OK 1\r\n",
                " OK 1\n",
                "ERROR no such port\n",
                "HTTP/1.1 400 Bad Request\r\n",
                "OK 99999999999\n"
            })
    void failsOnAnyOtherAnswer(String answer) {
        receive(answer + "more");

        assertThat(failure()).hasMessageContaining("is this the vsock socket of Firecracker");
        assertThat(seen).isEmpty();
    }

    @Test
    void failsOnAnAnswerWithoutAnEndAfter64Bytes() {
        receive("OK " + "1".repeat(60));
        assertThat(dialed.isDone()).isFalse();

        receive("1");

        assertThat(failure()).hasMessageContaining("is this the vsock socket of Firecracker");
    }

    @Test
    void printsAnAnswerWithoutItsControlCharacters() {
        receive("\u001b[31mNO\u0007\n");

        assertThat(failure())
                .hasMessage(
                        "unix:///v.sock?port=1024: the VM's monitor answered \"?[31mNO?\": is this the vsock socket of Firecracker or Cloud Hypervisor?");
    }

    @Test
    void takesAnEndWithoutTextForNobodyListening() {
        var _ = channel.close();

        assertThat(failure())
                .hasMessage(
                        "unix:///v.sock?port=1024: nothing listens on port 1024 in the VM: is culvert-agent running there?");
        assertThat(seen).isEmpty();
    }

    @Test
    void failsOnAnEndInTheMiddleOfTheAnswer() {
        receive("OK 12");
        var _ = channel.close();

        assertThat(failure()).hasMessageContaining("closed after \"OK 12\"");
        assertThat(seen).isEmpty();
    }

    @Test
    void failsWhenTheConnectionBreaks() {
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

        assertThat(failure()).hasMessageContaining("Connection reset by peer");
        assertThat(seen).isEmpty();
    }

    @Test
    void dropsAnAnswerThatComesTooLate() {
        dialed.cancel(false);

        receive(OK + "first");

        assertThat(seen).isEmpty();
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
    }

    private DialException failure() {
        assertThat(dialed.cause()).isInstanceOf(DialException.class);
        return (DialException) dialed.cause();
    }
}
