package dev.culvert.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.tunnel.RecordHandler.Side;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordHandlerTest {
    private final Bytes counted = new Bytes();
    private final Ends ends = new Ends();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new RecordHandler(Side.GUEST, counted), ends);

    private static final class Bytes implements RecordHandler.Counter {
        private int received;
        private int sent;

        @Override
        public void onReceived(int bytes) {
            received += bytes;
        }

        @Override
        public void onSent(int bytes) {
            sent += bytes;
        }
    }

    private static final class Ends extends ChannelInboundHandlerAdapter {
        private int ends;

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            ends += event == ChannelInputShutdownEvent.INSTANCE ? 1 : 0;
        }
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void receive(String hex) {
        channel.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
    }

    private String passedOn() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            all.append(next.toString(US_ASCII));
            next.release();
        }
        return all.toString();
    }

    private String written() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(ByteBufUtil.hexDump(next));
            next.release();
        }
        return all.toString();
    }

    @Test
    void passesOnTheBytesOfRecords() {
        receive("00000002" + "6162" + "00000001" + "63");

        assertThat(passedOn()).isEqualTo("abc");
        assertThat(counted.received).isEqualTo(3);
    }

    @Test
    void passesOnWhatHasComeOfARecord() {
        receive("00000003" + "61");
        assertThat(passedOn()).isEqualTo("a");

        receive("62");
        receive("63" + "00000001" + "64");

        assertThat(passedOn()).isEqualTo("bcd");
    }

    @Test
    void readsAHeaderThatComesByteByByte() {
        for (String piece : "00 00 00 02 61 62 00 00 00 00".split(" ", -1)) {
            receive(piece);
        }

        assertThat(passedOn()).isEqualTo("ab");
        assertThat(ends.ends).isOne();
    }

    @Test
    void tellsTheEndOfADirectionAndGoesOnWriting() {
        receive("00000000");
        channel.writeOutbound(Unpooled.copiedBuffer("late", US_ASCII));

        assertThat(ends.ends).isOne();
        assertThat(written()).isEqualTo("00000004" + "6c617465");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void refusesBytesAfterTheEnd() {
        receive("00000000");

        assertThatThrownBy(() -> receive("00")).isInstanceOf(BadRecordException.class);
    }

    @Test
    void refusesARecordThatIsTooLarge() {
        assertThatThrownBy(() -> receive("00400001"))
                .isInstanceOf(BadRecordException.class)
                .hasMessage("a record of 4194305 bytes, at most 4194304 are allowed");
        assertThatThrownBy(() -> receive("ffffffff"))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("4294967295");
    }

    @Test
    void writesNoEmptyRecordForNoBytes() {
        channel.writeOutbound(Unpooled.EMPTY_BUFFER);

        assertThat(written()).isEmpty();
    }

    @Test
    void cutsWhatIsTooLongForOneRecord() {
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[(1 << 20) + 2]));

        String written = written();
        assertThat(written).startsWith("00100000" + "0000").endsWith("00000002" + "0000");
        assertThat(written).hasSize(2 * (4 + (1 << 20) + 4 + 2));
        assertThat(counted.sent).isEqualTo((1 << 20) + 2);
    }

    @Test
    void writesTheEndOnceAndNothingAfterIt() {
        channel.writeOutbound(StreamEnd.MARK, StreamEnd.MARK);
        ChannelFuture late = channel.write(Unpooled.copiedBuffer("x", US_ASCII));

        assertThat(written()).isEqualTo("00000000");
        assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void theGuestLeavesItToTheHostToClose() {
        channel.writeOutbound(StreamEnd.MARK);
        receive("00000000");

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void theHostClosesWhenBothDirectionsHaveEnded() {
        EmbeddedChannel first = host();
        first.writeAndFlush(StreamEnd.MARK);
        assertThat(first.isOpen()).isTrue();
        first.pipeline().fireChannelRead(Unpooled.wrappedBuffer(new byte[4]));
        assertThat(first.isOpen()).isFalse();

        EmbeddedChannel last = host();
        last.pipeline().fireChannelRead(Unpooled.wrappedBuffer(new byte[4]));
        assertThat(last.isOpen()).isTrue();
        last.writeAndFlush(StreamEnd.MARK);
        assertThat(last.isOpen()).isFalse();

        first.finishAndReleaseAll();
        last.finishAndReleaseAll();
    }

    private static EmbeddedChannel host() {
        return new EmbeddedChannel(new RecordHandler(Side.HOST, RecordHandler.Counter.NONE));
    }
}
