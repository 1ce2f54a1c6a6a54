package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.front.mcp.ApprovalReply.Choice;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A call that shows the run of a flow: where the run waits for an approval, the client's user is
 * asked before it is shown. Confined to the event loop of its answer.
 */
/* The call that starts a flow is over before a step asks, so this is the first one that can tell of it. */
final class FlowApproval {
    private static final String OPERATION = "flow.show";
    private static final String RUN = "run";
    private static final Pattern RUNS = Pattern.compile("fr_[0-9a-f]{1,32}");
    private static final String PENDING = "/api/v1/approvals?state=pending&limit=1&agent=flow:";

    private final Request request;
    private final Params params;
    private final RpcAnswer answer;
    private final Runnable show;

    /**
     * @param show answers with the run
     */
    FlowApproval(Request request, Params params, RpcAnswer answer, Runnable show) {
        this.request = request;
        this.params = params;
        this.answer = answer;
        this.show = show;
    }

    /** Whether the client's user may be asked, and may decide. */
    static boolean isFor(Operation operation, Conversation client, Caller caller) {
        return operation.name().equals(OPERATION) && client.elicits() && caller.may(Need.DECIDE);
    }

    void begin() {
        String state = params.text("requestState");
        String run = params.object("arguments").text(RUN);
        if (state != null) {
            decide(ApprovalReply.of(state, params));
        } else if (run != null && RUNS.matcher(run).matches()) {
            ask(
                    GET,
                    PENDING + run,
                    Unpooled.EMPTY_BUFFER,
                    (status, body) -> put(run, status, body));
        } else {
            show.run();
        }
    }

    private void put(String run, HttpResponseStatus status, ByteBuf body) {
        ByteBuf approval = status.equals(OK) ? first(body) : null;
        ApprovalQuestion question = approval == null ? null : ApprovalQuestion.of(approval);
        if (question == null || !question.isForAForm()) {
            showSoon();
        } else {
            answer.asks(question::write, ApprovalReply.state(run, 0, question.id()));
        }
    }

    /** The first approval of a page; null if there is none. */
    private static @Nullable ByteBuf first(ByteBuf page) {
        JsonMembers members = JsonText.members(page);
        while (members.next()) {
            if (members.isNamed("approvals")) {
                int start = members.valueStart() + 1;
                ByteBuf inside = page.slice(start, members.valueEnd() - 1 - start);
                return inside.isReadable() ? inside : null;
            }
        }
        return null;
    }

    /** Decides as any other request would: with the caller's rights, recorded, and once. */
    private void decide(ApprovalReply reply) {
        if (reply.choice() != Choice.ALLOWED && reply.choice() != Choice.DENIED) {
            show.run(); // which says that it still waits
            return;
        }
        ask(
                POST,
                AskedAgain.APPROVALS + reply.approval(),
                reply.decision(),
                (status, body) -> {
                    if (status.equals(OK) || status.equals(CONFLICT) || status.equals(GONE)) {
                        showSoon();
                    } else {
                        answer.toolFailed(Inner.error(status, body));
                    }
                });
    }

    private interface Next {
        void on(HttpResponseStatus status, ByteBuf body);
    }

    private void ask(HttpMethod method, String uri, ByteBuf body, Next next) {
        InnerCall asking =
                InnerCall.begin(
                        request,
                        answer.inner(),
                        method,
                        uri,
                        body,
                        new InnerCall.Expected(
                                AskedAgain.MOST_ANSWER_BYTES,
                                (status, _, _, said) -> {
                                    if (answer.isOpen()) {
                                        next.on(status, said);
                                    }
                                }));
        answer.onGone(asking::cancel);
    }

    /** Not at once: the call before has to be over before another one begins. */
    private void showSoon() {
        answer.eventLoop()
                .execute(() -> {
                    if (answer.isOpen()) {
                        show.run();
                    }
                });
    }
}
