package dev.culvert.daemon.front.mcp;

import dev.culvert.daemon.http.Json;
import io.netty.buffer.ByteBuf;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A call that comes back after its user was asked about an approval. Nothing in it is trusted: who
 * may read the turn and who may decide is found out as for any other request.
 *
 * @param number of the frame that asked
 */
record ApprovalReply(String turn, long number, String approval, Choice choice, String reason) {
    /** What the user has done. */
    enum Choice {
        ALLOWED,
        DENIED,

        /** The form was closed. */
        LEFT_OPEN,

        /** The client has not asked. */
        NOT_ASKED
    }

    private static final Pattern APPROVAL = Pattern.compile("ap_[A-Za-z0-9_-]{22}");
    private static final Pattern STATE =
            Pattern.compile("([!-~]{1,256}) ([0-9]{1,15}) (" + APPROVAL.pattern() + ")");

    static boolean isApproval(String id) {
        return APPROVAL.matcher(id).matches();
    }

    /** What the client sends back with the answer to the question. */
    static String state(String turn, long number, String approval) {
        return turn + " " + number + " " + approval;
    }

    /**
     * @param params with the {@code requestState} {@code state}
     * @throws RpcException when that is none that this front gives
     */
    static ApprovalReply of(String state, Params params) {
        Matcher parts = STATE.matcher(state);
        if (!parts.matches()) {
            throw RpcException.invalidParams(
                    "'requestState' is not what this tool gave: send it back as it came, or call"
                            + " the tool without it.");
        }
        String approval = parts.group(3);
        Params reply = params.object("inputResponses").objectOrNull(approval);
        String turn = parts.group(1);
        long number = Long.parseLong(parts.group(2));
        if (reply == null) {
            return new ApprovalReply(turn, number, approval, Choice.NOT_ASKED, "");
        }
        ApprovalReply answered = answered(approval, reply);
        return new ApprovalReply(turn, number, approval, answered.choice, answered.reason);
    }

    /** That of the client's answer to a request that was put to its user. */
    static ApprovalReply answered(String approval, Params result) {
        Params content = result.object("content");
        String said = content.text(ApprovalQuestion.REASON);
        Choice choice = choice(result.text("action"), content.text(ApprovalQuestion.DECISION));
        return new ApprovalReply("", 0, approval, choice, said == null ? "" : said);
    }

    private static Choice choice(@Nullable String action, @Nullable String decision) {
        if ("decline".equals(action)) {
            return Choice.DENIED;
        } else if (!"accept".equals(action) || decision == null) {
            return Choice.LEFT_OPEN;
        }
        return switch (decision) {
            case ApprovalQuestion.ALLOW -> Choice.ALLOWED;
            case ApprovalQuestion.DENY -> Choice.DENIED;
            default -> Choice.LEFT_OPEN;
        };
    }

    /** The body of the request that decides; it belongs to the caller. */
    ByteBuf decision() {
        return Json.object(json -> {
            json.writeStringField(
                    ApprovalQuestion.DECISION,
                    choice == Choice.ALLOWED ? ApprovalQuestion.ALLOW : ApprovalQuestion.DENY);
            if (!reason.isEmpty()) {
                json.writeStringField(ApprovalQuestion.REASON, reason);
            }
        });
    }
}
