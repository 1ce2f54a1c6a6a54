package dev.culvert.daemon.front.mcp;

import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import org.jspecify.annotations.Nullable;

/**
 * What the turn of a client says of a call that waits for an approval. Nobody decides by it: the
 * agent could ask the daemon for something else.
 *
 * @param agent that will run the call
 * @param number of the frame in its turn
 */
record ApprovalNotice(String agent, long number, String id, String tool) {
    /** Null if the frame, which is lent, is none that anybody could decide about. */
    static @Nullable ApprovalNotice of(Frame frame, String agent) {
        String id = "";
        String tool = "";
        JsonMembers members = frame.members();
        while (members.next()) {
            if (members.kind() != '"') {
                continue;
            }
            switch (members.name()) {
                case "approval_id" -> id = members.text();
                case "tool_name" -> tool = members.text();
                default -> {
                    // the daemon has stored it
                }
            }
        }
        return ApprovalReply.isApproval(id)
                ? new ApprovalNotice(agent, frame.seq(), id, tool)
                : null;
    }

    /** What a client is told whose user is not asked. */
    String news() {
        return "The agent %s waits for an approval of %s. Somebody whose token has the scope approvals decides: on the page Approvals of the dashboard, or with culvert approvals (%s)."
                .formatted(Quoted.word(agent), Quoted.word(tool), id);
    }
}
