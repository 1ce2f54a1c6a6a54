package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.config.H2Settings;
import dev.culvert.daemon.http.HttpObserver.Flood;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import org.jspecify.annotations.Nullable;

/**
 * How many frames one client may send within a second, by kind, and what it means when Netty finds
 * too many. Confined to its event loop.
 */
final class FrameLimits {
    /** More than {@code limit} of one kind came within a second. */
    record Excess(Flood kind, int limit) {}

    private final H2Settings limits;
    private final FrameRate resets;
    private final FrameRate pings;
    private final FrameRate settings;

    FrameLimits(H2Settings limits, long nowNanos) {
        this.limits = limits;
        resets = new FrameRate(limits.maxResetsPerSecond(), nowNanos);
        pings = new FrameRate(limits.maxPingsPerSecond(), nowNanos);
        settings = new FrameRate(limits.maxSettingsPerSecond(), nowNanos);
    }

    /** Counts a frame; null if it is not one too many. */
    @Nullable Excess count(Object frame, long nowNanos) {
        return switch (frame) {
            case Http2PingFrame ping when !ping.ack() && !pings.mayCome(nowNanos) ->
                    new Excess(Flood.PINGS, limits.maxPingsPerSecond());
            case Http2SettingsFrame _ when !settings.mayCome(nowNanos) ->
                    new Excess(Flood.SETTINGS, limits.maxSettingsPerSecond());
            case Http2ResetFrame _ when !resets.mayCome(nowNanos) ->
                    new Excess(Flood.RESETS, limits.maxResetsPerSecond());
            default -> null;
        };
    }

    /** By Netty's words, which Http2LimitsTest knows. */
    static Flood kind(String message) {
        if (message.contains("continuations frames")) {
            return Flood.CONTINUATIONS;
        }
        if (message.contains("empty data frames")) {
            return Flood.EMPTY_DATA;
        }
        if (message.contains("Header size exceeded")) {
            return Flood.HEADERS;
        }
        return message.contains("RST frames") ? Flood.RESETS : Flood.PROTOCOL;
    }
}
