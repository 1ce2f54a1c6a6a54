package dev.culvert.testing;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/** The end of a pipeline under test: keeps what reaches it, in order. */
public final class Recorder extends ChannelInboundHandlerAdapter implements AutoCloseable {
    private final List<Object> messages = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        messages.add(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        errors.add(cause);
    }

    /** Lent: the recorder releases them when it is closed. */
    public List<Object> messages() {
        return messages;
    }

    public List<Throwable> errors() {
        return errors;
    }

    @Override
    public void close() {
        messages.forEach(ReferenceCountUtil::release);
        messages.clear();
    }
}
