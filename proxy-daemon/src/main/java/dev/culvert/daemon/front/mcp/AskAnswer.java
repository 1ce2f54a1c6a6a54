package dev.culvert.daemon.front.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.answer.WholeFormat;
import dev.culvert.daemon.http.Json;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A turn as the result of {@code ask}: what the agent says is joined, and told as progress while it
 * comes where the client asked for that. It is not decoded. It holds a buffer until that is taken
 * or dropped.
 */
final class AskAnswer implements WholeFormat {
    private static final int QUOTE = 1;
    private static final int FRAME_BYTES = 256;

    private final RpcAnswer answer;
    private final @Nullable String progressToken;
    private final @Nullable Duration streamed;
    private final Asked asked;
    private String turn = "";
    private @Nullable ByteBuf text;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;
    private int steps;

    /**
     * @param progressToken as it is written; null if the client wants no progress
     * @param streamed after which silence of its stream the client is told that the daemon is
     *     there; null for a client that takes no stream
     */
    AskAnswer(
            RpcAnswer answer,
            @Nullable String progressToken,
            @Nullable Duration streamed,
            Asked asked) {
        this.answer = answer;
        this.progressToken = streamed == null ? null : progressToken;
        this.streamed = streamed;
        this.asked = asked;
    }

    /**
     * Whom the turn asks what.
     *
     * @param agent that runs it
     * @param approvals about which the client's user can be asked; null if it cannot, or may not
     *     decide
     * @param after the number of the last frame that the client was told of in an earlier call
     */
    record Asked(String agent, @Nullable StoredApprovals approvals, long after) {}

    @Override
    public boolean tellsTurn() {
        return true;
    }

    @Override
    public void begin(String begun) {
        turn = begun;
        answer.isOfTurn(begun);
        if (streamed != null) {
            answer.stream(streamed);
        }
    }

    @Override
    public void chunk(Frame chunk) {
        ByteBuf payload = chunk.payload();
        JsonMembers members = chunk.members();
        while (members.next()) {
            int start = members.valueStart();
            int length = members.valueEnd() - start;
            if (members.kind() == '"' && members.isNamed("content")) {
                say(payload.slice(start + QUOTE, length - 2 * QUOTE), isNews(chunk));
            } else if (members.kind() == '{' && members.isNamed("usage")) {
                usage = Unpooled.copiedBuffer(payload.slice(start, length));
            }
        }
    }

    /** The client was told of what came before in an earlier call. */
    private boolean isNews(Frame frame) {
        return asked.after() == 0 || frame.seq() > asked.after();
    }

    /** A call that waits for an approval is put to the client's user, who decides in a new call. */
    @Override
    public void tool(Frame frame) {
        if (frame.type() != FrameType.APPROVAL || !isNews(frame)) {
            return;
        }
        ApprovalNotice notice = ApprovalNotice.of(frame, asked.agent());
        StoredApprovals approvals = asked.approvals();
        if (notice == null) {
            return;
        }
        if (approvals == null) {
            tell(notice.news());
        } else {
            approvals.find(notice.id(), question -> put(notice, question));
        }
    }

    /** Whoever cannot be shown all of it is told where that can be seen, and decided. */
    private void put(ApprovalNotice notice, @Nullable ApprovalQuestion question) {
        if (question == null || !question.isForAForm()) {
            tell(notice.news());
        } else {
            answer.asksUser(question, ApprovalReply.state(turn, notice.number(), notice.id()));
        }
    }

    private void say(ByteBuf inside, boolean isNews) {
        begun(inside.readableBytes())
                .writeBytes(inside, inside.readerIndex(), inside.readableBytes());
        if (isNews) {
            tell(inside);
        }
    }

    private void tell(String sentence) {
        if (progressToken != null) {
            steps++;
            answer.progress(
                    Json.object(json -> {
                        json.writeStringField("jsonrpc", "2.0");
                        json.writeStringField("method", "notifications/progress");
                        json.writeObjectFieldStart("params");
                        json.writeFieldName("progressToken");
                        json.writeRawValue(progressToken);
                        json.writeNumberField("progress", steps);
                        json.writeStringField("message", sentence);
                        json.writeEndObject();
                    }));
        }
    }

    /** Tells it as progress, if the client wants that. */
    private void tell(ByteBuf inside) {
        if (progressToken != null && inside.isReadable()) {
            steps++;
            ByteBuf notification = answer.allocator().buffer(inside.readableBytes() + FRAME_BYTES);
            ByteBufUtil.writeUtf8(
                    notification,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                            + progressToken
                            + ",\"progress\":"
                            + steps
                            + ",\"message\":\"");
            notification.writeBytes(inside, inside.readerIndex(), inside.readableBytes());
            ByteBufUtil.writeAscii(notification, "\"}}");
            answer.progress(notification);
        }
    }

    private ByteBuf begun(int bytes) {
        ByteBuf begun = text;
        if (begun == null) {
            begun = answer.allocator().ioBuffer(bytes + FRAME_BYTES);
            text = begun;
        }
        return begun;
    }

    @Override
    public int heldBytes() {
        return text == null ? 0 : text.capacity();
    }

    @Override
    public int contentBytes() {
        return text == null ? 0 : text.readableBytes();
    }

    @Override
    public ByteBuf take() {
        ByteBuf whole = begun(0);
        int shown = ShownText.bytes(whole, Tools.MOST_SHOWN_BYTES);
        boolean isWhole = shown == whole.readableBytes();
        String said = whole.toString(whole.readerIndex(), shown, UTF_8);
        int bytes = whole.readableBytes();
        ByteBuf response =
                answer.complete(json -> {
                    json.writeArrayFieldStart("content");
                    json.writeStartObject();
                    json.writeStringField("type", "text");
                    json.writeFieldName("text");
                    json.writeRawValue('"' + said + '"');
                    json.writeEndObject();
                    if (!isWhole) {
                        RpcWriter.text(json, Tools.cutOff(shown, bytes));
                        RpcWriter.link(
                                json,
                                ResourceUri.answer(turn),
                                "The whole answer of turn " + turn,
                                "text/plain",
                                bytes);
                    }
                    json.writeEndArray();
                    RpcWriter.meta(
                            json,
                            meta -> {
                                meta.writeStringField(RpcWriter.TURN, turn);
                                if (usage.isReadable()) {
                                    meta.writeFieldName("dev.culvert/usage");
                                    meta.writeRawValue(usage.toString(UTF_8));
                                }
                            });
                });
        drop();
        return response;
    }

    @Override
    public void drop() {
        StoredApprovals approvals = asked.approvals();
        if (approvals != null) {
            approvals.cancel();
        }
        if (text != null) {
            text.release();
            text = null;
        }
    }
}
