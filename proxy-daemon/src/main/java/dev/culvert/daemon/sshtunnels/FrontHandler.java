package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a caller of a dynamic tunnel speaks: SOCKS, which ssh speaks itself, or HTTP's
 * CONNECT. Passes on what does not belong to that, and takes itself out. Confined to its event
 * loop.
 */
final class FrontHandler extends ChannelInboundHandlerAdapter {
    static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";
    private static final int MOST_HEAD_BYTES = 8 * 1_024;
    private static final int MOST_SECONDS = 10;
    private static final byte SOCKS4 = 4;
    private static final byte SOCKS5 = 5;
    private static final Pattern CONNECT =
            Pattern.compile(
                    "CONNECT (\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9_.-]{1,255}):([0-9]{1,5}) HTTP/1\\.[01]");

    /** What callers speak. */
    enum Front {
        NONE,
        SOCKS,
        CONNECT
    }

    /**
     * What a caller wants.
     *
     * @param target where it wants to be connected; null if ssh will hear it itself
     */
    record Wish(Front front, AgentAddress.@Nullable Tcp target) {
        static final Wish BYTES = new Wish(Front.NONE, null);
        static final Wish SOCKS = new Wish(Front.SOCKS, null);
    }

    private final Consumer<Wish> next;
    private ByteBuf head = Unpooled.EMPTY_BUFFER;
    private boolean isOver;

    FrontHandler(Consumer<Wish> next) {
        this.next = next;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.fireChannelActive();
        context.read();
        context.executor()
                .schedule(
                        () -> {
                            if (!isOver) {
                                context.close();
                            }
                        },
                        MOST_SECONDS,
                        TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isOver) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        hold(context, bytes);
        if (!head.isReadable()) {
            context.read();
            return;
        }
        byte first = head.getByte(head.readerIndex());
        if (first == SOCKS4 || first == SOCKS5) {
            pass(context, Wish.SOCKS);
            return;
        }
        int end = end();
        if (end >= 0) {
            connect(context, end);
        } else if (head.readableBytes() > MOST_HEAD_BYTES) {
            refuse(context, 431, "the head of the request has more than 8 KiB");
        } else {
            context.read();
        }
    }

    /** In one buffer, and not in views of views: a caller may send a head byte by byte. */
    private void hold(ChannelHandlerContext context, ByteBuf bytes) {
        if (!head.isReadable()) {
            head.release();
            head = bytes;
            return;
        }
        ByteBuf all = head.isWritable(bytes.readableBytes()) ? head : larger(context, bytes);
        all.writeBytes(bytes);
        bytes.release();
        head = all;
    }

    private ByteBuf larger(ChannelHandlerContext context, ByteBuf bytes) {
        ByteBuf all = context.alloc().buffer(MOST_HEAD_BYTES + bytes.readableBytes());
        all.writeBytes(head);
        head.release();
        return all;
    }

    /** The index after the empty line; negative if it has not come. */
    private int end() {
        int most = head.writerIndex() - 4;
        for (int i = head.readerIndex(); i <= most; i++) {
            if (head.getByte(i) == '\r'
                    && head.getByte(i + 1) == '\n'
                    && head.getByte(i + 2) == '\r'
                    && head.getByte(i + 3) == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private void connect(ChannelHandlerContext context, int end) {
        String text = head.toString(head.readerIndex(), end - head.readerIndex(), US_ASCII);
        String line = text.substring(0, text.indexOf('\r'));
        Matcher asked = CONNECT.matcher(line);
        if (!asked.matches()) {
            refuse(context, 405, "this port takes SOCKS and CONNECT HOST:PORT only");
            return;
        }
        try {
            String host = asked.group(1).replace("[", "").replace("]", "");
            Wish wish =
                    new Wish(
                            Front.CONNECT,
                            new AgentAddress.Tcp(host, Integer.parseInt(asked.group(2))));
            head.readerIndex(end);
            pass(context, wish);
        } catch (IllegalArgumentException e) {
            refuse(context, 400, Quoted.message(e));
        }
    }

    private void pass(ChannelHandlerContext context, Wish wish) {
        isOver = true;
        ByteBuf rest = head;
        head = Unpooled.EMPTY_BUFFER;
        if (rest.isReadable()) {
            context.fireChannelRead(rest);
        } else {
            rest.release();
        }
        next.accept(wish);
    }

    private void refuse(ChannelHandlerContext context, int status, String why) {
        isOver = true;
        head.release();
        head = Unpooled.EMPTY_BUFFER;
        context.writeAndFlush(Unpooled.wrappedBuffer(refusal(status, why)))
                .addListener(ChannelFutureListener.CLOSE);
    }

    /** An answer that says no. */
    static byte[] refusal(int status, String why) {
        String reason =
                switch (status) {
                    case 400 -> "Bad Request";
                    case 405 -> "Method Not Allowed";
                    case 431 -> "Request Header Fields Too Large";
                    case 502 -> "Bad Gateway";
                    default -> "Service Unavailable";
                };
        byte[] body = (why + "\n").getBytes(UTF_8);
        String head =
                "HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
                        .formatted(status, reason, body.length);
        return Unpooled.wrappedBuffer(head.getBytes(US_ASCII), body).copy().array();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        isOver = true;
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        head.release();
        head = Unpooled.EMPTY_BUFFER;
    }
}
