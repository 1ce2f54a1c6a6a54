package dev.culvert.faults;

import dev.culvert.frame.Frame;
import dev.culvert.guest.session.Session;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Hello;
import dev.culvert.identity.Joining;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refused;
import dev.culvert.identity.Register;
import dev.culvert.identity.SigningKey;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The identity of one of many agents in this process, which is kept in memory. Confined to the
 * event loop.
 */
final class StormAgent {
    private final String name;
    private final String token;
    private final Comebacks comebacks;
    private final SigningKey key = SigningKey.make();
    private boolean registered;
    private long joins;
    private @Nullable Channel link;

    /**
     * @param token with which it enrols
     * @param comebacks is told when it joins
     */
    StormAgent(String name, String token, Comebacks comebacks) {
        this.name = name;
        this.token = token;
        this.comebacks = comebacks;
    }

    /** Whether the daemon knows that it is there. */
    boolean isLinked() {
        return link != null;
    }

    /** Loses its link, as if its host were gone. */
    void lose() {
        if (link != null) {
            link.close();
        }
    }

    /** The handler that proves who it is over its next connection. */
    ChannelHandler identity() {
        return new Proving();
    }

    /** The handlers after it become active when the daemon knows the agent. */
    private final class Proving extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            comebacks.onConnected();
            write(
                    context,
                    registered
                            ? new Hello(name).frame()
                            : new Register(
                                            token,
                                            key.open(),
                                            name,
                                            name,
                                            "1.0.0",
                                            Session.FEATURES,
                                            Map.of("hostname", name))
                                    .frame());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message)
                throws BadHandshakeException {
            Frame frame = (Frame) message;
            if (context.channel().equals(link)) {
                context.fireChannelRead(message);
                return;
            }
            try {
                handshake(context, frame);
            } finally {
                frame.release();
            }
        }

        private void handshake(ChannelHandlerContext context, Frame frame)
                throws BadHandshakeException {
            switch (frame.type()) {
                case CHALLENGE -> {
                    comebacks.onLetIn();
                    registered = true;
                    Joining joining = new Joining(++joins, name, "");
                    write(context, Proof.of(Challenge.read(frame), joining, key, null).frame());
                }
                case REGISTERED -> {
                    comebacks.onJoined();
                    link = context.channel();
                    context.fireChannelActive();
                }
                case REFUSED -> comebacks.onRefused(Refused.read(frame).code());
                default -> throw new IllegalStateException("a frame out of order: " + frame.type());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (context.channel().equals(link)) {
                link = null;
            }
            context.fireChannelInactive();
        }

        private static void write(ChannelHandlerContext context, Frame frame) {
            context.writeAndFlush(frame, context.voidPromise());
        }
    }
}
