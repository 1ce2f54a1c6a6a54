package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.config.H2Settings;
import dev.culvert.daemon.config.HttpSettings;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;

/** Makes the first station of a connection: bytes ↔ frames. */
public final class FrameCodec {
    /** What a header counts for besides its bytes (RFC 9113, 6.5.2). */
    private static final int HEADER_OVERHEAD_BYTES = 32;

    private FrameCodec() {}

    /** For one connection. */
    public static Http2FrameCodec of(HttpSettings settings) {
        H2Settings limits = settings.h2();
        Http2Settings initial =
                Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.maxStreams())
                        .maxHeaderListSize(headerListBytes(settings));
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(initial)
                .validateHeaders(true)
                .decoupleCloseAndGoAway(true)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(limits.maxEmptyData())
                .decoderEnforceMaxSmallContinuationFrames(limits.maxContinuations())
                .decoderEnforceMaxRstFramesPerWindow(0, 1) // ClientHandler counts them
                .encoderEnforceMaxRstFramesPerWindow(limits.maxResetsPerSecond(), 1)
                .build();
    }

    /**
     * More than any header that {@link HeadReader} accepts: what is larger is refused before it is
     * whole.
     */
    static long headerListBytes(HttpSettings settings) {
        return (long) settings.maxHeaderBytes()
                + settings.maxUriBytes()
                + (long) HEADER_OVERHEAD_BYTES * settings.maxHeaderLines();
    }
}
