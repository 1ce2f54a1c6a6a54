package dev.culvert.daemon.outgoing;

import dev.culvert.checks.AddressRule;
import dev.culvert.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes requests to servers elsewhere, each on a connection of its own unless it has some that are
 * kept. Safe for all threads.
 */
public final class OutgoingCalls {
    /**
     * How a server is reached.
     *
     * @param tls for one of https; null is enough for one of http
     * @param rule where it may be
     * @param kept connections to it for requests that only read; null for one of its own each
     */
    public record Door(@Nullable SslContext tls, AddressRule rule, @Nullable KeptConnections kept) {
        public Door(@Nullable SslContext tls, AddressRule rule) {
            this(tls, rule, null);
        }
    }

    private final Transport transport;

    public OutgoingCalls(Transport transport) {
        this.transport = transport;
    }

    /**
     * Begins a request.
     *
     * @param listener is told on {@code loop}, once, and not after {@link OutgoingCall#cancel}
     */
    public OutgoingCall begin(
            EventLoop loop, OutgoingRequest request, Door door, OutgoingListener listener) {
        OutgoingCall call = new OutgoingCall(loop, request, door, listener);
        loop.execute(() -> call.begin(transport::newTcpChannel));
        return call;
    }
}
