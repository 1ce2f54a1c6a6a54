package dev.culvert.daemon.http;

import dev.culvert.daemon.config.HttpSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's request decoder behind a guard. Hands on a request and its contents, or a {@link Problem}
 * in place of either, after which it discards; and holds back, as bytes, what follows a request
 * until {@link #next}.
 */
final class RequestDecoder extends HttpRequestDecoder {
    /* Behind this many bytes that wait the socket is not read any more. */
    private static final int MAX_HELD_BYTES = 64 * 1024;

    /* The method, the version and their blanks, which the guard has bounded already. */
    private static final int REQUEST_LINE_EXTRA_BYTES = 64;

    private enum Part {
        HEAD,
        BODY,
        CHUNK_LINE,
        CHUNK,
        TRAILERS,
        HELD,
        REFUSED
    }

    /**
     * One object for the headers of all requests of a connection: they come one behind the other.
     */
    private static final class Reused implements HttpHeadersFactory {
        private final HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();

        @Override
        public HttpHeaders newHeaders() {
            return headers.clear();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return headers.clear();
        }
    }

    private final HeadGuard guard;
    private final int maxExtensionBytes;
    private Part part = Part.HEAD;
    private boolean decoding;
    private long chunkLeft;
    private int extensionBytes;
    private @Nullable ChannelHandlerContext context;

    RequestDecoder(HttpSettings settings) {
        super(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(settings.maxUriBytes() + REQUEST_LINE_EXTRA_BYTES)
                        .setMaxHeaderSize(settings.maxHeaderBytes())
                        .setHeadersFactory(new Reused())
                        .setTrailersFactory(new Reused())
                        .setMaxChunkSize(Integer.MAX_VALUE));
        guard = new HeadGuard(settings);
        maxExtensionBytes = settings.maxHeaderBytes();
    }

    /** Whether a head has begun and not ended. */
    boolean isWithinHead() {
        return part == Part.HEAD && actualReadableBytes() > 0;
    }

    /**
     * Lets the next request through. True when bytes of it were waiting and were decoded within
     * this call, in which case no end of a read burst follows by itself.
     */
    boolean next() {
        part = Part.HEAD;
        guard.expectHead();
        if (context == null || decoding || actualReadableBytes() == 0) {
            return false;
        }
        context.channel().config().setAutoRead(true);
        channelRead(context, Unpooled.EMPTY_BUFFER);
        return true;
    }

    /** Discards all that is still to come. */
    void stop() {
        part = Part.REFUSED;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object input) {
        decoding = true;
        try {
            super.channelRead(context, input);
        } catch (Exception e) {
            context.fireExceptionCaught(e);
        } finally {
            decoding = false;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (part == Part.HELD) {
            context.fireChannelReadComplete(); // the superclass would ask for more to read
        } else {
            super.channelReadComplete(context);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        try {
            switch (part) {
                case HEAD -> head(context, in, out);
                case BODY -> super.decode(context, in, out);
                case CHUNK_LINE -> chunkLine(context, in, out);
                case CHUNK -> chunk(context, in, out);
                case TRAILERS -> trailers(context, in, out);
                case HELD -> {
                    if (in.readableBytes() > MAX_HELD_BYTES) {
                        context.channel().config().setAutoRead(false);
                    }
                }
                case REFUSED -> in.skipBytes(in.readableBytes());
            }
            if (!out.isEmpty() && out.getLast() instanceof LastHttpContent last) {
                checkResult(last);
                part = Part.HELD;
            }
        } catch (ProblemException e) {
            part = Part.REFUSED;
            in.skipBytes(in.readableBytes());
            out.forEach(ReferenceCountUtil::release);
            out.clear();
            out.add(e.problem());
        }
    }

    private void head(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        if (!passesGuard(in)) {
            return;
        }
        super.decode(context, in, out);
        HttpRequest request = (HttpRequest) out.getFirst();
        FramingRules.check(request);
        checkResult(request);
        extensionBytes = 0;
        part = HttpUtil.isTransferEncodingChunked(request) ? Part.CHUNK_LINE : Part.BODY;
    }

    private void chunkLine(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        int line = ChunkLine.length(in);
        if (line == ChunkLine.INCOMPLETE) {
            return;
        }
        int size = ChunkLine.size(in, line);
        extensionBytes += line - Integer.toHexString(size).length() - 2;
        if (extensionBytes > maxExtensionBytes) {
            throw FramingRules.bad("The chunk extensions take more bytes than headers may.");
        }
        chunkLeft = line + (size == 0 ? 0L : size + 2L);
        part = Part.CHUNK;
        chunk(context, in, out);
        if (size == 0) {
            guard.expectTrailers();
            part = Part.TRAILERS;
        }
    }

    private void chunk(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        int before = in.readableBytes();
        super.decode(context, in, out);
        chunkLeft -= before - in.readableBytes();
        if (chunkLeft == 0) {
            part = Part.CHUNK_LINE;
        }
    }

    private void trailers(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        if (passesGuard(in)) {
            super.decode(context, in, out);
        }
    }

    private boolean passesGuard(ByteBuf in) {
        boolean whole = guard.isWhole(in);
        @Nullable Problem refusal = guard.refusal();
        if (refusal != null) {
            throw new ProblemException(refusal);
        }
        return whole;
    }

    private static void checkResult(DecoderResultProvider decoded) {
        if (decoded.decoderResult().isFailure()) {
            throw FramingRules.bad("The request is not HTTP/1.1 as RFC 9112 defines it.");
        }
    }
}
