package dev.culvert.guest.runtime;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a runtime for its list of models over a connection of its own, to learn whether it answers,
 * or only connects, to learn whether it is there. Whoever asks while that is under way gets the
 * same answer. Confined to its event loop.
 */
/* Any status proves that the runtime answers: not every runtime has such a list. */
final class RuntimeProbe {
    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final RuntimeSettings settings;
    private final List<InetSocketAddress> addresses;
    private final List<Consumer<ProbeAnswer>> waiting = new ArrayList<>();

    RuntimeProbe(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            RuntimeSettings settings,
            List<InetSocketAddress> addresses) {
        this.loop = loop;
        this.channels = channels;
        this.settings = settings;
        this.addresses = addresses;
    }

    /**
     * Asks, and tells the answer once.
     *
     * @param within after which a runtime that is silent counts as one that does not answer
     */
    void ask(Duration within, Consumer<ProbeAnswer> told) {
        waiting.add(told);
        if (waiting.size() == 1) {
            new Attempt(true).begin(within);
        }
    }

    /**
     * Only connects. For a probe that is used for nothing else.
     *
     * @param within after which the runtime counts as one that accepts no connection
     */
    void reach(Duration within, Consumer<ProbeAnswer> told) {
        waiting.add(told);
        new Attempt(false).begin(within);
    }

    private void tell(ProbeAnswer answer) {
        List<Consumer<ProbeAnswer>> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(told -> told.accept(answer));
    }

    /** One question, which ends once. */
    private final class Attempt {
        private final boolean asks;
        private boolean over;
        private @Nullable ChannelFuture connecting;
        private @Nullable ScheduledFuture<?> timer;

        Attempt(boolean asks) {
            this.asks = asks;
        }

        void begin(Duration within) {
            String silent =
                    (asks ? "it did not answer within " : "it accepted no connection within ")
                            + RuntimeSettings.seconds(within);
            timer =
                    loop.schedule(
                            () -> end(ProbeAnswer.failed(silent)),
                            within.toNanos(),
                            TimeUnit.NANOSECONDS);
            connect(0);
        }

        private void connect(int which) {
            ChannelFuture connected =
                    new Bootstrap()
                            .group(loop)
                            .channelFactory(channels)
                            .handler(new Pipeline(this))
                            .connect(addresses.get(which));
            connecting = connected;
            connected.addListener(done -> {
                if (done.isSuccess() && !asks) {
                    end(ProbeAnswer.THERE);
                } else if (done.isSuccess()) {
                    connected.channel().writeAndFlush(settings.modelsRequest());
                } else if (!over && which + 1 < addresses.size()) {
                    connect(which + 1);
                } else {
                    end(ProbeAnswer.failed(settings.quote(done.cause())));
                }
            });
        }

        String quoted(Throwable cause) {
            return settings.quote(cause);
        }

        void end(ProbeAnswer answer) {
            if (over) {
                return;
            }
            over = true;
            if (timer != null) {
                timer.cancel(false);
            }
            ChannelFuture last = connecting;
            if (last != null && !last.cancel(false)) {
                var _ = last.channel().close();
            }
            tell(answer);
        }
    }

    private static final class Pipeline extends ChannelInitializer<Channel> {
        private final Attempt attempt;

        Pipeline(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast("codec", new HttpClientCodec())
                    .addLast("answer", new AnswerHandler(attempt));
        }
    }

    private static final class AnswerHandler extends SimpleChannelInboundHandler<HttpObject> {
        private final Attempt attempt;

        AnswerHandler(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message.decoderResult().isFailure()) {
                attempt.end(ProbeAnswer.failed("what it sends is not HTTP/1.1"));
            } else if (message instanceof HttpResponse response
                    && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
                attempt.end(new ProbeAnswer(response.status().code(), null));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            attempt.end(ProbeAnswer.failed("it closed the connection before it answered"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            attempt.end(ProbeAnswer.failed(attempt.quoted(cause)));
        }
    }
}
