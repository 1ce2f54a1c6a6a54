package dev.culvert.daemon.reach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.RecordHandler;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import dev.culvert.tunnel.TunnelRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TunnelArrivalsTest {
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final TunnelArrivals arrivals =
            new TunnelArrivals(() -> StreamLimits.DEFAULTS, RecordHandler.Counter.NONE);
    private final EmbeddedChannel channel = new EmbeddedChannel(new FrameEncoder());
    private final List<Object> told = new ArrayList<>();

    private final TunnelListener listener =
            new TunnelListener() {
                @Override
                public void onOpen(Channel tunnel) {
                    told.add("open");
                }

                @Override
                public void onRefused(TunnelRefusal refusal) {
                    told.add(refusal.code());
                }
            };

    TunnelArrivalsTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private String expect() {
        return arrivals.expect(channel.eventLoop(), WITHIN, listener).ticket();
    }

    private void arrive(TunnelRequest request) {
        Frame frame = request.frame("t");
        arrivals.onTunnel(channel, frame);
        frame.release();
    }

    private String answer() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(StandardCharsets.ISO_8859_1));
            next.release();
        }
        return all.toString();
    }

    @Test
    void aConnectionWithItsTicketIsATunnel() {
        arrive(TunnelRequest.with(expect()));

        assertThat(told).containsExactly("open");
        assertThat(answer()).endsWith("{\"type\":\"tunnelled\",\"id\":\"t\",\"payload\":{}}");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aWrongTicketIsRefusedAndTheConnectionClosed() {
        expect();

        arrive(TunnelRequest.with("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

        assertThat(answer()).contains("\"code\":\"bad_ticket\"");
        assertThat(channel.isOpen()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void aTicketIsUsedOnce() {
        String ticket = expect();
        arrive(TunnelRequest.with(ticket));
        EmbeddedChannel again = new EmbeddedChannel(new FrameEncoder());

        Frame frame = TunnelRequest.with(ticket).frame("t");
        arrivals.onTunnel(again, frame);
        frame.release();

        assertThat(again.isOpen()).isFalse();
        assertThat(told).containsExactly("open");
        again.finishAndReleaseAll();
    }

    @Test
    void aTicketExpires() {
        String ticket = expect();
        channel.advanceTimeBy(10, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(told).containsExactly(Code.TIMEOUT);

        arrive(TunnelRequest.with(ticket));

        assertThat(answer()).contains("\"code\":\"bad_ticket\"");
        assertThat(told).containsExactly(Code.TIMEOUT);
    }

    @Test
    void aConnectionWithoutATicketIsRefused() {
        arrive(TunnelRequest.to(new Destination.Llm()));

        assertThat(answer()).contains("\"code\":\"bad_ticket\"");
        assertThat(channel.isOpen()).isFalse();
    }
}
