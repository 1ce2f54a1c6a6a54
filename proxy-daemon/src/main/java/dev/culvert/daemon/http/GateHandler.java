package dev.culvert.daemon.http;

import dev.culvert.io.Share;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Passes on each {@link Head} that obeys the rules, and a {@link Refusal} in place of any other.
 * Shared by all connections.
 */
@Sharable
public final class GateHandler extends ChannelInboundHandlerAdapter {
    private final RequestRules rules;
    private final Share all;

    /**
     * For connections that are still to come.
     *
     * @param all the share of everything that the daemon holds: while it is crowded, bodies are
     *     refused
     */
    public GateHandler(RequestRules rules, Share all) {
        this.rules = rules;
        this.all = all;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Object next = message;
        if (message instanceof Head head) {
            try {
                if (head.announcesBody()) {
                    OverMemory.check(all);
                }
                rules.check(head, context.channel());
            } catch (ProblemException e) {
                next = new Refusal(head, e.problem(), true);
            }
        }
        context.fireChannelRead(next);
    }
}
