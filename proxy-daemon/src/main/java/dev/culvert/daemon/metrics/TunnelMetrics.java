package dev.culvert.daemon.metrics;

import dev.culvert.daemon.reach.TunnelObserver;
import dev.culvert.tunnel.TunnelRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tunnels between the host and its agents. */
public final class TunnelMetrics implements TunnelObserver {
    private final Map<Side, Counter> opened = new EnumMap<>(Side.class);
    private final Map<Side, Map<TunnelRefusal.Code, Counter>> refused = new EnumMap<>(Side.class);
    private final Counter received;
    private final Counter sent;

    TunnelMetrics(MeterRegistry registry) {
        for (Side side : Side.values()) {
            String label = side.name().toLowerCase(Locale.ROOT);
            opened.put(
                    side,
                    Counter.builder("culvert.tunnels.opened")
                            .description("Tunnels that were opened, by the side that asked.")
                            .tag("side", label)
                            .register(registry));
            Map<TunnelRefusal.Code, Counter> codes = new EnumMap<>(TunnelRefusal.Code.class);
            for (TunnelRefusal.Code code :
                    EnumSet.complementOf(EnumSet.of(TunnelRefusal.Code.ALLOWED))) {
                codes.put(
                        code,
                        Counter.builder("culvert.tunnels.refused")
                                .description(
                                        "Tunnels that were refused, by the side that asked and the"
                                                + " reason.")
                                .tag("side", label)
                                .tag("code", code.wireName())
                                .register(registry));
            }
            refused.put(side, codes);
        }
        received = bytes(registry, "received");
        sent = bytes(registry, "sent");
    }

    private static Counter bytes(MeterRegistry registry, String direction) {
        return Counter.builder("culvert.tunnels.carried")
                .description("Bytes that tunnels carried, received from agents or sent to them.")
                .baseUnit("bytes")
                .tag("direction", direction)
                .register(registry);
    }

    @Override
    public void onOpened(Side side) {
        increment(opened.get(side));
    }

    @Override
    public void onRefused(Side side, TunnelRefusal.Code code) {
        Map<TunnelRefusal.Code, Counter> codes = refused.get(side);
        increment(codes == null ? null : codes.get(code));
    }

    @Override
    public void onReceived(int bytes) {
        received.increment(bytes);
    }

    @Override
    public void onSent(int bytes) {
        sent.increment(bytes);
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
