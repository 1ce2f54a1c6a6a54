package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon has stored of the approvals of one call of {@code ask}, as its caller may see it.
 * Confined to the event loop of the answer.
 */
final class StoredApprovals {
    private final Request request;
    private final RpcAnswer answer;

    /** The one that is looked for; empty for none. */
    private String wanted = "";

    private @Nullable InnerCall asking;

    StoredApprovals(Request request, RpcAnswer answer) {
        this.request = request;
        this.answer = answer;
    }

    /**
     * Tells {@code then} of the approval of that id, or null if it cannot be had. What was looked
     * for before is not told any more.
     */
    void find(String id, Consumer<@Nullable ApprovalQuestion> then) {
        cancel();
        wanted = id;
        find(id, then, 1);
    }

    private void find(String id, Consumer<@Nullable ApprovalQuestion> then, int attempt) {
        asking =
                InnerCall.begin(
                        request,
                        answer.inner(),
                        GET,
                        AskedAgain.APPROVALS + id,
                        Unpooled.EMPTY_BUFFER,
                        new InnerCall.Expected(
                                AskedAgain.MOST_ANSWER_BYTES,
                                (status, _, _, body) -> onFound(id, then, attempt, status, body)));
    }

    private void onFound(
            String id,
            Consumer<@Nullable ApprovalQuestion> then,
            int attempt,
            HttpResponseStatus status,
            ByteBuf body) {
        if (!wanted.equals(id)) {
            return;
        }
        if (status.equals(NOT_FOUND) && attempt < AskedAgain.MOST_ATTEMPTS) {
            Runnable again =
                    () -> {
                        if (wanted.equals(id)) {
                            find(id, then, attempt + 1);
                        }
                    };
            answer.eventLoop().schedule(again, AskedAgain.PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            wanted = "";
            then.accept(status.equals(OK) ? ApprovalQuestion.of(body) : null);
        }
    }

    /** Nobody wants to know any more. */
    void cancel() {
        wanted = "";
        if (asking != null) {
            asking.cancel();
            asking = null;
        }
    }
}
