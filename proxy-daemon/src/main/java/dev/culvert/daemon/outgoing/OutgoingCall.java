package dev.culvert.daemon.outgoing;

import dev.culvert.about.Version;
import dev.culvert.daemon.outgoing.OutgoingCalls.Door;
import dev.culvert.io.Quoted;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request on its way. Confined to its event loop, but for {@link #cancel}. */
public final class OutgoingCall {
    private static final String HANDLER = "answer";

    private final EventLoop loop;
    private final OutgoingRequest request;
    private final Door door;
    private final OutgoingListener listener;
    private final @Nullable KeptConnections kept;
    private State state = new LookingUp();
    private Runnable again = () -> {};
    private @Nullable Future<?> deadline;

    /** How far it is. */
    private sealed interface State {}

    /** The name is looked up, on another thread. */
    private record LookingUp() implements State {}

    /** Nothing was sent. */
    private record Connecting(Channel channel) implements State {}

    /**
     * The server may have got it.
     *
     * @param isKept whether the connection served another request before
     */
    private record Sent(Channel channel, boolean isKept) implements State {}

    /** Its connection waits for another request. */
    private record Answered() implements State {}

    private record Over() implements State {}

    OutgoingCall(EventLoop loop, OutgoingRequest request, Door door, OutgoingListener listener) {
        this.loop = loop;
        this.request = request;
        this.door = door;
        this.listener = listener;
        kept = request.method().equals(HttpMethod.GET) ? door.kept() : null;
    }

    void begin(ChannelFactory<? extends Channel> channels) {
        if (request.isSecure() && door.tls() == null) {
            throw new IllegalArgumentException("https needs authorities");
        }
        if (state instanceof Over) {
            return; // nobody wants it any more
        }
        deadline =
                loop.schedule(
                        () -> end("no answer within " + request.timeout().toMillis() + " ms"),
                        request.timeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        Channel channel = kept == null ? null : kept.take(loop);
        if (channel == null) {
            lookUp(channels);
            return;
        }
        again = () -> lookUp(channels);
        channel.pipeline().addLast(HANDLER, new AnswerHandler(this, request.mostBytes()));
        write(channel, true);
    }

    private void lookUp(ChannelFactory<? extends Channel> channels) {
        state = new LookingUp();
        String host = request.host();
        Thread.startVirtualThread(() -> {
            try {
                List<InetAddress> found = List.of(InetAddress.getAllByName(host));
                List<InetAddress> allowed = found.stream().filter(door.rule()::allows).toList();
                back(() -> {
                    if (allowed.isEmpty()) {
                        fail(
                                "its name leads to no public address: add its network to checks.networks, or let an operator do this");
                    } else {
                        connect(channels, allowed, 0);
                    }
                });
            } catch (UnknownHostException _) {
                back(() -> fail("no such host: is its name spelt right?"));
            }
        });
    }

    private void back(Runnable next) {
        try {
            loop.execute(next);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped
        }
    }

    private void connect(
            ChannelFactory<? extends Channel> channels, List<InetAddress> to, int which) {
        if (state instanceof Over) {
            return;
        }
        Channel channel = channels.newChannel();
        state = new Connecting(channel);
        new Bootstrap()
                .group(loop)
                .channelFactory(() -> channel)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // there is one for all
                .handler(pipeline())
                .connect(new InetSocketAddress(to.get(which), request.port()))
                .addListener(
                        (ChannelFutureListener)
                                connected -> {
                                    if (connected.isSuccess()) {
                                        if (!request.isSecure()) {
                                            send(channel);
                                        }
                                    } else if (which + 1 < to.size()) {
                                        connect(channels, to, which + 1);
                                    } else {
                                        fail(why(connected.cause()));
                                    }
                                });
    }

    private static String why(Throwable cause) {
        String said = Quoted.message(cause);
        return said.contains("refused")
                ? "nothing listens on this port: does the server run?"
                : "it cannot be reached: " + said;
    }

    private ChannelInitializer<Channel> pipeline() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                SslContext tls = door.tls();
                if (request.isSecure() && tls != null) {
                    channel.pipeline()
                            .addLast(
                                    "tls",
                                    tls.newHandler(
                                            channel.alloc(), request.host(), request.port()));
                }
                channel.pipeline()
                        .addLast("codec", new HttpClientCodec())
                        .addLast(
                                HANDLER, new AnswerHandler(OutgoingCall.this, request.mostBytes()));
            }
        };
    }

    /** The connection is secured, or needs not be. */
    void send(Channel channel) {
        if (!(state instanceof Connecting(Channel mine)) || !mine.equals(channel)) {
            var _ = channel.close();
            return;
        }
        write(channel, false);
    }

    private void write(Channel channel, boolean isKept) {
        FullHttpRequest message;
        try {
            message = message();
        } catch (IllegalArgumentException e) {
            end("the request cannot be sent: " + Quoted.message(e));
            return;
        }
        state = new Sent(channel, isKept);
        var _ = channel.writeAndFlush(message);
    }

    private FullHttpRequest message() {
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        FullHttpRequest message =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        request.method(),
                        request.target(),
                        Unpooled.wrappedBuffer(body));
        message.headers()
                .set(HttpHeaderNames.HOST, request.url().getRawAuthority())
                .set(HttpHeaderNames.USER_AGENT, "culvertd/" + Version.text())
                .set(HttpHeaderNames.ACCEPT, "*/*");
        request.headers().forEach(message.headers()::set);
        if (kept == null) {
            message.headers().set(HttpHeaderNames.CONNECTION, "close");
        }
        if (body.length > 0 || mayHaveBody(request.method())) {
            message.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        return message;
    }

    private static boolean mayHaveBody(HttpMethod method) {
        return !method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD)
                && !method.equals(HttpMethod.DELETE);
    }

    /**
     * The answer is whole, or as long as it may be.
     *
     * @param mayStay whether the connection can serve another request
     */
    void answered(OutgoingAnswer answer, boolean mayStay) {
        if (mayStay && kept != null && state instanceof Sent(Channel channel, _)) {
            state = new Answered();
            channel.pipeline().remove(HANDLER);
            kept.keep(channel);
        }
        if (over()) {
            listener.onAnswer(answer);
        }
    }

    /** The connection is of no use. */
    void fail(String why) {
        if (state instanceof Sent(Channel channel, boolean isKept) && isKept) {
            channel.pipeline().remove(HANDLER);
            close(channel);
            again.run();
        } else {
            end(why);
        }
    }

    private void end(String why) {
        boolean mayBeDone = state instanceof Sent;
        if (over()) {
            listener.onFailed(new OutgoingFailure(mayBeDone, request.origin() + ": " + why));
        }
    }

    /** False if it was over before. */
    private boolean over() {
        State before = state;
        state = new Over();
        if (deadline != null) {
            deadline.cancel(false);
        }
        switch (before) {
            case Connecting(Channel channel) -> close(channel);
            case Sent(Channel channel, _) -> close(channel);
            case LookingUp _, Answered _, Over _ -> {}
        }
        return !(before instanceof Over);
    }

    private static void close(Channel channel) {
        var _ = channel.close();
    }

    /** Nobody wants the answer any more. For all threads. */
    public void cancel() {
        back(this::over);
    }
}
