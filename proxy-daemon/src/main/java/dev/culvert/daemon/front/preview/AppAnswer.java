package dev.culvert.daemon.front.preview;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * The station of a tunnel that reads the head of the app's answer, and holds what follows until the
 * client's connection takes it. Confined to the event loop.
 */
final class AppAnswer extends ChannelInboundHandlerAdapter {
    private static final int MOST_HEAD_BYTES = 64 * 1024;
    private static final byte[] END = {'\r', '\n', '\r', '\n'};

    /** Is told once. */
    interface Listener {
        void onHead(AnswerHead head);

        /** There will be none. */
        void onNone(String why);
    }

    private enum State {
        HEAD,
        HELD,
        PASSING,
        OVER
    }

    private final Listener listener;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    /** Whether the buffer is one of ours, to which more can be added. */
    private boolean isOwn;

    /** How many of the bytes have no end of a head in them. */
    private int looked;

    private State state = State.HEAD;
    private boolean ended;

    AppAnswer(Listener listener) {
        this.listener = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        switch (state) {
            case PASSING -> context.fireChannelRead(bytes);
            case OVER -> bytes.release();
            case HEAD, HELD -> {
                hold(context, bytes);
                if (state == State.HEAD) {
                    readHead(context);
                }
            }
        }
    }

    /** In one buffer, and not in views of views: an app may send a head byte by byte. */
    private void hold(ChannelHandlerContext context, ByteBuf bytes) {
        if (!held.isReadable()) {
            drop();
            held = bytes;
            return;
        }
        if (!isOwn) {
            ByteBuf own = context.alloc().buffer(held.readableBytes() + bytes.readableBytes());
            own.writeBytes(held);
            held.release();
            held = own;
            isOwn = true;
        }
        held.writeBytes(bytes);
        bytes.release();
    }

    /** Where the empty line begins; negative if it has not come. Looks at each byte once. */
    private int endOfHead() {
        int from = Math.max(held.readerIndex(), held.readerIndex() + looked - END.length + 1);
        int found =
                ByteBufUtil.indexOf(
                        Unpooled.wrappedBuffer(END), held.slice(from, held.writerIndex() - from));
        looked = found >= 0 ? 0 : held.readableBytes();
        return found >= 0 ? from + found : -1;
    }

    private void readHead(ChannelHandlerContext context) {
        int length = endOfHead();
        while (length >= 0) {
            byte[] bytes = new byte[length - held.readerIndex() + END.length];
            held.readBytes(bytes);
            AnswerHead head;
            try {
                head = AnswerHead.read(bytes);
            } catch (IllegalArgumentException e) {
                none("its answer is not HTTP: " + e.getMessage());
                return;
            }
            if (!head.isInterim()) {
                state = State.HELD;
                context.channel().config().setAutoRead(false);
                listener.onHead(head);
                return;
            }
            length = endOfHead();
        }
        if (held.readableBytes() > MOST_HEAD_BYTES) {
            none("the head of its answer has more than 64 KiB");
        }
    }

    private void none(String why) {
        state = State.OVER;
        drop();
        listener.onNone(why);
    }

    /** What was held, and all that follows, goes to the stations after this one. */
    void pass(ChannelHandlerContext context) {
        state = State.PASSING;
        ByteBuf first = held;
        held = Unpooled.EMPTY_BUFFER;
        isOwn = false;
        context.fireChannelRead(first);
        context.fireChannelReadComplete();
        if (ended) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && state != State.PASSING) {
            ended = true;
            if (state == State.HEAD) {
                none("it closed the connection without an answer");
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (state == State.HEAD) {
            none("the connection to it broke");
        }
        context.fireChannelInactive();
    }

    /** What comes is no row of records, or the connection broke. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        drop();
    }

    private void drop() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        isOwn = false;
    }
}
