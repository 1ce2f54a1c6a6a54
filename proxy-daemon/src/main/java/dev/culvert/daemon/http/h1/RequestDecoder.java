package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.BodyEnd;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.OtherHosts;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into a {@link Head}, the bytes of its body, which the next handler owns, and {@link
 * BodyEnd#BODY_END}; or into a {@link Refusal} in place of the head and a {@link Problem} in place
 * of the others, after which it discards everything. Bytes after a request are held back until
 * {@link #next}.
 */
public final class RequestDecoder extends ByteToMessageDecoder {
    /* When this many bytes are held back, the socket is no longer read. */
    private static final int MAX_HELD_BYTES = 64 * 1024;

    private static final short CR_LF = '\r' << 8 | '\n';
    private static final int SMALL_CHUNK_BYTES = 1024;

    private enum Part {
        HEAD,
        BODY,
        CHUNK_LINE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        HELD,
        REFUSED
    }

    private final HeadGuard guard;
    private final HeadReader heads;
    private final int maxExtensionBytes;
    private Part part = Part.HEAD;
    private boolean decoding;

    /** Of the body or of the current chunk. */
    private long bytesLeft;

    private int extensionBytes;
    private @Nullable ChannelHandlerContext context;

    public RequestDecoder(HttpSettings settings, OtherHosts otherHosts) {
        heads = new HeadReader(otherHosts);
        guard = new HeadGuard(settings);
        maxExtensionBytes = settings.maxHeaderBytes();
    }

    /** Whether a part of a head has arrived. */
    boolean isWithinHead() {
        return part == Part.HEAD && actualReadableBytes() > 0;
    }

    /** What is known of the head of which a part has arrived. */
    Head begunHead() {
        return HeadReader.begun(internalBuffer(), internalBuffer().readerIndex());
    }

    /**
     * Lets the next request through. Returns true if bytes of it were held back and were decoded
     * within this call; no end of a read burst follows then.
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

    /** Discards the bytes that are not decoded yet, and all bytes to come. */
    void stop() {
        part = Part.REFUSED;
        if (context != null && !decoding && actualReadableBytes() > 0) {
            channelRead(context, Unpooled.EMPTY_BUFFER);
        }
    }

    /** The memory of the bytes that were read and are not decoded yet. */
    int heldBytes() {
        return internalBuffer().capacity();
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
            context.fireChannelReadComplete(); // the superclass would read more
        } else {
            super.channelReadComplete(context);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int start = in.readerIndex();
        try {
            switch (part) {
                case HEAD -> head(in, out);
                case BODY -> body(in, out);
                case CHUNK_LINE, CHUNK, CHUNK_END -> chunks(context, in, out);
                case TRAILERS -> trailers(in, out);
                case HELD -> {
                    if (in.readableBytes() > MAX_HELD_BYTES) {
                        context.channel().config().setAutoRead(false);
                    }
                }
                case REFUSED -> in.skipBytes(in.readableBytes());
            }
        } catch (ProblemException e) {
            Object refused =
                    part == Part.HEAD
                            ? new Refusal(HeadReader.begun(in, start), e.problem(), true)
                            : e.problem();
            part = Part.REFUSED;
            in.skipBytes(in.readableBytes());
            out.forEach(ReferenceCountUtil::release);
            out.clear();
            out.add(refused);
        }
    }

    private void head(ByteBuf in, List<Object> out) {
        Head head = heads.again(in);
        if (head == null) {
            if (!passesGuard(in)) {
                return;
            }
            head = heads.read(in, guard.seen());
            FramingRules.check(head);
        }
        out.add(head);
        extensionBytes = 0;
        bytesLeft = head.contentLength();
        if (head.isChunked()) {
            part = Part.CHUNK_LINE;
        } else if (bytesLeft > 0) {
            part = Part.BODY;
        } else {
            end(out);
        }
    }

    private void body(ByteBuf in, List<Object> out) {
        bytes(in, out);
        if (bytesLeft == 0) {
            end(out);
        }
    }

    private void bytes(ByteBuf in, List<Object> out) {
        int bytes = (int) Math.min(bytesLeft, in.readableBytes());
        out.add(in.readRetainedSlice(bytes));
        bytesLeft -= bytes;
    }

    private void end(List<Object> out) {
        out.add(BodyEnd.BODY_END);
        part = Part.HELD;
    }

    /**
     * Decodes all chunks that are there. Small ones are joined: each on its own would cost as much
     * as a large one.
     */
    private void chunks(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        ByteBuf joined = null;
        try {
            boolean more = true;
            while (more && in.isReadable()) {
                switch (part) {
                    case CHUNK_LINE -> more = chunkLine(in);
                    case CHUNK -> {
                        int bytes = (int) Math.min(bytesLeft, in.readableBytes());
                        if (bytes >= SMALL_CHUNK_BYTES) {
                            joined = handOn(joined, out);
                            out.add(in.readRetainedSlice(bytes));
                        } else {
                            if (joined == null) {
                                joined = context.alloc().buffer(in.readableBytes());
                            }
                            join(in, bytes, joined);
                        }
                        bytesLeft -= bytes;
                        if (bytesLeft == 0) {
                            part = Part.CHUNK_END;
                        }
                    }
                    case CHUNK_END -> more = chunkEnd(in);
                    case HEAD, BODY, TRAILERS, HELD, REFUSED -> more = false;
                }
            }
        } finally {
            handOn(joined, out);
        }
    }

    private static void join(ByteBuf in, int bytes, ByteBuf joined) {
        if (bytes == 1) {
            joined.writeByte(in.readByte());
        } else {
            joined.writeBytes(in, bytes);
        }
    }

    private static @Nullable ByteBuf handOn(@Nullable ByteBuf joined, List<Object> out) {
        if (joined != null) {
            out.add(joined);
        }
        return null;
    }

    /** False while the line is incomplete. */
    private boolean chunkLine(ByteBuf in) {
        int tiny = ChunkLine.tinySize(in);
        if (tiny > 0) {
            in.skipBytes(ChunkLine.TINY_BYTES);
            bytesLeft = tiny;
            part = Part.CHUNK;
            return true;
        }
        int line = ChunkLine.length(in);
        if (line == ChunkLine.INCOMPLETE) {
            return false;
        }
        int size = ChunkLine.size(in, line);
        extensionBytes += line - ChunkLine.shortestLength(size);
        if (extensionBytes > maxExtensionBytes) {
            throw ProblemException.badRequest(
                    "The chunk extensions take more bytes than headers may"
                            + " (http.max_header_bytes).");
        }
        in.skipBytes(line);
        bytesLeft = size;
        if (size > 0) {
            part = Part.CHUNK;
        } else {
            guard.expectTrailers();
            part = Part.TRAILERS;
        }
        return true;
    }

    private boolean chunkEnd(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.readShort() != CR_LF) {
            throw ProblemException.badRequest(
                    "A chunk does not end with CR LF after the bytes of its size.");
        }
        part = Part.CHUNK_LINE;
        return true;
    }

    private void trailers(ByteBuf in, List<Object> out) {
        if (passesGuard(in)) {
            in.skipBytes(guard.seen());
            end(out);
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
}
