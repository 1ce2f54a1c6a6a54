package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Counts a connection while it is open. One too many is refused before it costs anything: with
 * {@link #TOO_MANY} where it can be answered at once, else by closing it. Confined to its event
 * loop.
 */
public final class ConnectionLimitHandler extends ChannelInboundHandlerAdapter {
    public static final Problem TOO_MANY =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "The limit of connections is reached (http.max_connections, or"
                                    + " admin.max_connections at the admin socket): try again later.")
                    .retryAfter(1);

    private final HttpServer server;
    private final boolean answers;
    private boolean admitted;

    /**
     * @param answers whether the stations after it can answer before they have read anything
     */
    public ConnectionLimitHandler(HttpServer server, boolean answers) {
        this.server = server;
        this.answers = answers;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        admitted = server.connections().admit(context.channel());
        if (admitted) {
            server.observer().onConnectionOpened();
            context.fireChannelActive();
            return;
        }
        server.observer().onConnectionRefused();
        if (answers) {
            context.fireChannelActive();
            context.fireChannelRead(TOO_MANY);
        } else {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        try {
            context.fireChannelInactive();
        } finally {
            if (admitted) {
                server.observer().onConnectionClosed();
            }
        }
    }
}
