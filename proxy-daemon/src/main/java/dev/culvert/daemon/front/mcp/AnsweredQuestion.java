package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.front.mcp.ApprovalReply.Choice;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * The answer of a client to a question that was put to its user on the stream of a call. It decides
 * as any other request would: with the rights of whoever sends it, recorded, and once. The call
 * itself goes on by that.
 */
final class AnsweredQuestion {
    private AnsweredQuestion() {}

    /** Answers {@code response}, at once or when it is decided. */
    static void decide(Request request, RpcMessage message, RpcAnswer response) {
        String id = String.valueOf(message.id()).replace("\"", "");
        Params result = message.result();
        if (result == null || !ApprovalReply.isApproval(id)) {
            response.accepted(); // an error, or of a question that nobody has asked
            return;
        }
        ApprovalReply reply = ApprovalReply.answered(id, result);
        if (reply.choice() == Choice.LEFT_OPEN) {
            response.accepted();
            return;
        }
        InnerCall deciding =
                InnerCall.begin(
                        request,
                        response.inner(),
                        POST,
                        AskedAgain.APPROVALS + id,
                        reply.decision(),
                        new InnerCall.Expected(
                                AskedAgain.MOST_ANSWER_BYTES,
                                (status, _, _, body) -> onDecided(response, status, body)));
        response.onGone(deciding::cancel);
    }

    /** By this client, or by somebody who was faster, or by the clock. */
    private static void onDecided(RpcAnswer response, HttpResponseStatus status, ByteBuf body) {
        if (!response.isOpen()) {
            return;
        }
        if (status.equals(OK) || status.equals(CONFLICT) || status.equals(GONE)) {
            response.accepted();
        } else {
            response.error(
                    RpcException.refused(status, RpcException.REFUSED, Inner.error(status, body)));
        }
    }
}
