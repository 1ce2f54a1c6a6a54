package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that was read whole and found fit to be handled. Confined to its event loop. */
public final class Request {
    private final Channel channel;
    private final HttpMethod method;
    private final Head head;
    private final RequestTarget target;
    private final RequestId id;
    private @Nullable Endpoint endpoint;
    private List<String> parameterValues = List.of();
    private ByteBuf body = Unpooled.EMPTY_BUFFER;

    public Request(Channel channel, Head head, RequestTarget target, RequestId id) {
        this.channel = channel;
        method = head.method();
        this.head = head;
        this.target = target;
        this.id = id;
    }

    /** Names {@code values} by the endpoint's parameters, decoded. */
    public void bind(Match.Found found) {
        endpoint = found.endpoint();
        List<String> values = found.values();
        parameterValues =
                target.path().indexOf('%') < 0
                        ? values
                        : values.stream().map(PercentDecoder::path).toList();
    }

    /** Lends {@code body} until {@link #withdrawBody}. */
    public void lendBody(ByteBuf body) {
        this.body = body;
    }

    public void withdrawBody() {
        body = Unpooled.EMPTY_BUFFER;
    }

    public HttpMethod method() {
        return method;
    }

    /** As it was sent, undecoded. */
    public String path() {
        return target.path();
    }

    /** The path as its route names it, without what its parameters were. */
    public String template() {
        return endpoint == null ? "" : endpoint.route().templates().getFirst();
    }

    /** The decoded value of a parameter that the route's template names. */
    public String parameter(String name) {
        String value = find(name);
        if (value == null) {
            throw new IllegalArgumentException("the template names no parameter '" + name + "'");
        }
        return value;
    }

    /** The decoded value of a parameter; null where the route's template does not name it. */
    @Nullable String find(String name) {
        int index = endpoint == null ? -1 : endpoint.parameters().indexOf(name);
        return index < 0 ? null : parameterValues.get(index);
    }

    /** The decoded value of a query parameter; empty where it has a name only. */
    public @Nullable String query(String name) {
        return target.query().get(name);
    }

    /** The first of that name; as all that stood in the head, until the request was answered. */
    public @Nullable String header(Header name) {
        return head.first(name);
    }

    /** Lent while the route's {@code handle} runs, empty later: retain it to keep it. */
    public ByteBuf body() {
        return body;
    }

    /** Visible ASCII; the client's own, or made here. */
    public String id() {
        return id.toString();
    }

    /** W3C's {@code traceparent}, where a valid one was sent. */
    public @Nullable String traceParent() {
        return TraceParent.of(head.only(Header.TRACEPARENT));
    }

    public @Nullable SocketAddress remoteAddress() {
        return channel.remoteAddress();
    }

    public EventLoop eventLoop() {
        return channel.eventLoop();
    }
}
