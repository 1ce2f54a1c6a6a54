package dev.culvert.daemon.outgoing;

import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts an answer together. */
final class AnswerHandler extends SimpleChannelInboundHandler<HttpObject> {
    private final OutgoingCall call;
    private final int mostBytes;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpResponse head;

    AnswerHandler(OutgoingCall call, int mostBytes) {
        this.call = call;
        this.mostBytes = mostBytes;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                call.send(ctx.channel());
            } else {
                call.fail("TLS failed: " + Quoted.message(handshake.cause()));
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            exceptionCaught(ctx, message.decoderResult().cause());
            return;
        }
        if (message instanceof HttpResponse response
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            head = response;
        }
        if (message instanceof HttpContent more && head != null) {
            read(head, more);
        }
    }

    private void read(HttpResponse answer, HttpContent more) {
        ByteBuf content = more.content();
        int room = mostBytes - body.size();
        boolean isCut = content.readableBytes() > room;
        byte[] bytes = new byte[Math.min(room, content.readableBytes())];
        content.readBytes(bytes);
        body.writeBytes(bytes);
        boolean isWhole = more instanceof LastHttpContent;
        if (isCut || isWhole) {
            call.answered(
                    new OutgoingAnswer(
                            answer.status().code(),
                            answer.status().reasonPhrase(),
                            headers(answer),
                            body.toString(StandardCharsets.UTF_8),
                            isCut),
                    isWhole && HttpUtil.isKeepAlive(answer));
        }
    }

    private static Map<String, String> headers(HttpResponse answer) {
        Map<String, String> headers = new HashMap<>();
        answer.headers()
                .forEach(it ->
                        headers.putIfAbsent(it.getKey().toLowerCase(Locale.ROOT), it.getValue()));
        return headers;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        call.fail("the connection was closed before the answer was complete");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        call.fail("the answer cannot be read: " + Quoted.message(cause));
    }
}
