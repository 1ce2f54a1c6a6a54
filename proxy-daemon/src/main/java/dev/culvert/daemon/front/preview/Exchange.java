package dev.culvert.daemon.front.preview;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.previews.Preview;
import dev.culvert.daemon.previews.Previews;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request of a preview, from the tunnel on: what the app gets, and what comes back. Confined to
 * its event loop.
 */
final class Exchange implements TunnelListener, AppAnswer.Listener {
    private static final int AWAY_SECONDS = 3;

    /** How long a client may take to close after the answer. */
    private static final int LINGER_SECONDS = 2;

    private final Answer answer;
    private final AppHead head;
    private final Preview preview;
    private final ByteBuf request;
    private final Previews previews;

    /** The request until the tunnel has taken it. */
    private final Holding holding;

    private @Nullable Channel tunnel;

    /**
     * Waits for a tunnel.
     *
     * @param request what the app gets; taken
     */
    Exchange(Answer answer, AppHead head, Preview preview, ByteBuf request, Previews previews) {
        this.answer = answer;
        this.head = head;
        this.preview = preview;
        this.request = request;
        this.previews = previews;
        holding = answer.client().open(HeldKind.MESSAGES, answer.eventLoop(), this::isOverMemory);
        holding.set(request.readableBytes());
        answer.reached(Phase.DIALLING);
    }

    /** The tunnel is closed as soon as it is there. */
    private void isOverMemory(Share share) {
        holding.set(0);
        if (answer.isOpen()) {
            answer.problem(Problem.of(OverMemory.excess(share)));
        }
        Channel open = tunnel;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void onRefused(TunnelRefusal refusal) {
        letGo();
        if (!answer.isOpen()) {
            return;
        }
        String why = Problem.sentence(refusal.sentence());
        switch (refusal.code()) {
            case AGENT_AWAY, TIMEOUT, FAILED ->
                    Pages.wait(answer, head, AWAY_SECONDS, "The agent is away", why);
            case NO_LISTENER ->
                    Pages.wait(answer, head, AWAY_SECONDS, "The app does not run yet", why);
            case TOO_MANY -> Pages.wait(answer, head, AWAY_SECONDS, "Too many connections", why);
            case NOT_ALLOWED -> Pages.show(answer, head, FORBIDDEN, "Not allowed", why);
            case NO_TUNNELS ->
                    Pages.show(answer, head, NOT_IMPLEMENTED, "The agent cannot do this", why);
            case ALLOWED, INVALID, BAD_TICKET, PORT_TAKEN ->
                    Pages.show(answer, head, BAD_GATEWAY, "The agent refused", why);
        }
    }

    @Override
    public void onOpen(Channel opened) {
        tunnel = opened;
        if (!answer.isOpen()) { // the client has gone
            letGo();
            opened.close();
            return;
        }
        answer.onGone(opened::close);
        answer.reached(Phase.WAITING);
        previews.shows(preview, opened);
        opened.pipeline().addLast("answer", new AppAnswer(this));
        opened.writeAndFlush(request).addListener(_ -> holding.set(0));
        opened.config().setAutoRead(true);
    }

    private void letGo() {
        holding.set(0);
        request.release();
    }

    @Override
    public void onNone(String why) {
        tunnel().close();
        if (answer.isOpen()) {
            Pages.show(
                    answer,
                    head,
                    BAD_GATEWAY,
                    "The app did not answer",
                    "Port %d of agent %s: %s.".formatted(preview.port(), preview.agent(), why));
        }
    }

    @Override
    public void onHead(AnswerHead of) {
        boolean switches = of.status() == AnswerHead.SWITCHING_PROTOCOLS;
        if (switches && !head.upgrades()) {
            onNone("it wants to speak another protocol, and nobody asked for that");
            return;
        }
        byte[] bytes = switches ? of.unchanged() : of.closing();
        boolean left =
                answer.handOver(
                        HttpResponseStatus.valueOf(of.status()),
                        client -> join(client, bytes, switches));
        if (!left) {
            tunnel().close();
            answer.problem(
                    Problem.of(
                            HTTP_VERSION_NOT_SUPPORTED, "Previews are served over HTTP/1.1 only."));
        }
    }

    /** The client's connection carries the answer from here on. */
    private void join(Channel client, byte[] first, boolean both) {
        Channel from = tunnel();
        StreamLimits.DEFAULTS.apply(client);
        client.write(Unpooled.wrappedBuffer(first), client.voidPromise());
        client.closeFuture().addListener(_ -> from.close());
        if (!both) {
            client.pipeline().addLast("over", new RequestIsOver());
        }
        ChannelHandlerContext held = from.pipeline().context("answer");
        Relay.join(client, from);
        if (held == null || !from.isActive()) {
            client.close();
            return;
        }
        if (!both) {
            from.pipeline().addAfter("answer", "end", new AnswerEnd(client));
        }
        ((AppAnswer) held.handler()).pass(held);
    }

    private Channel tunnel() {
        return Objects.requireNonNull(tunnel);
    }

    /** What a client sends after its request is not for the app, which would take it unread. */
    private static final class RequestIsOver extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }

    /** After the answer a client closes its connection, or we do. */
    private static final class AnswerEnd extends ChannelInboundHandlerAdapter {
        private final Channel client;

        AnswerEnd(Channel client) {
            this.client = client;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            client.eventLoop().schedule(() -> client.close(), LINGER_SECONDS, TimeUnit.SECONDS);
            context.fireUserEventTriggered(event);
        }
    }
}
