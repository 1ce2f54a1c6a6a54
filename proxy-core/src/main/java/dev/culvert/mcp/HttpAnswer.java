package dev.culvert.mcp;

import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The answer to one request over HTTP: one message, or a stream of them. Confined to its loop. */
final class HttpAnswer {
    private final McpLimits limits;
    private final boolean hasSession;
    private final Consumer<String> session;
    private final Runnable over;
    private final Arrivals arrivals;
    private @Nullable Channel channel;
    private @Nullable HttpResponseStatus status;

    /** Null while the answer is not known to be a stream. */
    private @Nullable EventData events;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean wanted = true;

    /**
     * @param hasSession whether the request is of a session, which the server may not know any more
     * @param session is told the id of a session that the answer begins
     * @param over runs when nothing more will come
     */
    HttpAnswer(McpLimits limits, boolean hasSession, Consumer<String> session, Runnable over) {
        this.limits = limits;
        this.hasSession = hasSession;
        this.session = session;
        this.over = over;
        arrivals = new Arrivals(limits.waitingBytes());
    }

    Arrivals arrivals() {
        return arrivals;
    }

    boolean isWanted() {
        return wanted;
    }

    void reads(Channel from) {
        channel = from;
    }

    /** Nobody waits for it any more. */
    void leave() {
        end("was not waited for any more", false);
    }

    void lost(@Nullable Throwable cause) {
        end("cannot be reached: " + (cause == null ? "no reason" : Quoted.message(cause)), true);
    }

    SimpleChannelInboundHandler<HttpObject> handler() {
        return new Handler();
    }

    private void end(String why, boolean gone) {
        if (wanted) {
            wanted = false;
            arrivals.end(why, gone);
            over.run();
            if (channel != null) {
                var _ = channel.close();
            }
        }
    }

    private void head(HttpResponse response) {
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            return;
        }
        status = response.status();
        String begun = response.headers().get("mcp-session-id");
        if (begun != null && isGood(status)) {
            session.accept(begun);
        }
        String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
        if (isGood(status)
                && type != null
                && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
            events = new EventData(limits.messageBytes());
        }
    }

    private static boolean isGood(HttpResponseStatus status) {
        return status.codeClass() == HttpStatusClass.SUCCESS;
    }

    private void content(ByteBuf more) {
        byte[] bytes = ByteBufUtil.getBytes(more);
        if (events != null) {
            try {
                events.feed(bytes, this::event);
            } catch (BadMessageException e) {
                end("sent a message that cannot be used: " + e.why(), false);
            }
        } else if (body.size() + bytes.length > limits.messageBytes()) {
            end("answered with more than " + limits.messageBytes() + " bytes", false);
        } else {
            body.writeBytes(bytes);
        }
    }

    private void event(byte[] json) {
        if (wanted && !arrivals.offer(json)) {
            end("sends more than can be read", false);
        }
    }

    private void whole() {
        HttpResponseStatus said = status;
        if (events != null || said == null || !wanted) {
            end("ended its stream without an answer", false);
        } else if (isGood(said)) {
            if (body.size() > 0) {
                arrivals.offer(body.toByteArray());
            }
            end("sent no answer", false);
        } else if (said.equals(HttpResponseStatus.NOT_FOUND) && hasSession) {
            end("does not know the session any more", true);
        } else {
            refusal();
            end("answered with the status " + said.code(), false);
        }
    }

    /* What is no error of the protocol is told by its status. */
    private void refusal() {
        try {
            List<Incoming> said = Incoming.read(body.toByteArray());
            if (!said.isEmpty() && said.getFirst() instanceof Incoming.Refusal refusal) {
                arrivals.offer(refusal);
            }
        } catch (BadMessageException _) {
            // as said above
        }
    }

    /** What Netty tells of the connection. */
    private final class Handler extends SimpleChannelInboundHandler<HttpObject> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (message.decoderResult().isFailure()) {
                exceptionCaught(ctx, message.decoderResult().cause());
                return;
            }
            if (message instanceof HttpResponse response) {
                head(response);
            }
            if (message instanceof HttpContent more && status != null && wanted) {
                content(more.content());
                if (more instanceof LastHttpContent) {
                    whole();
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end("closed the connection before its answer", false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end("cannot be read: " + Quoted.message(cause), false);
        }
    }
}
