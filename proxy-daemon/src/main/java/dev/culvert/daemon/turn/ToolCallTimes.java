package dev.culvert.daemon.turn;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonMembers;
import java.util.HashMap;
import java.util.Map;

/** How long the tools take that an agent runs in one turn. There is one only once a tool runs. */
final class ToolCallTimes {
    /** An agent that names more open calls than any does gets no times for them. */
    private static final int MOST_OPEN = 64;

    private final String turn;
    private final TurnObserver observer;
    private final Map<String, Begun> open = new HashMap<>();

    private record Begun(String tool, long nanos) {}

    ToolCallTimes(String turn, TurnObserver observer) {
        this.turn = turn;
        this.observer = observer;
    }

    /** Borrows {@code frame}, which is one of a tool and was checked to have a {@code call_id}. */
    void note(Frame frame, long number) {
        if (frame.type() == FrameType.TOOL_CALL && open.size() < MOST_OPEN) {
            open.put(
                    text(frame, "call_id"), new Begun(text(frame, "tool_name"), System.nanoTime()));
        } else if (frame.type() == FrameType.TOOL_RESULT) {
            Begun begun = open.remove(text(frame, "call_id"));
            boolean ok = frame.isTrue("ok");
            observer.onToolCall(
                    begun == null
                            ? new ToolCallEnd(turn, number, "", ok, -1)
                            : new ToolCallEnd(
                                    turn,
                                    number,
                                    begun.tool(),
                                    ok,
                                    System.nanoTime() - begun.nanos()));
        }
    }

    private static String text(Frame frame, String name) {
        JsonMembers members = frame.members();
        while (members.next()) {
            if (members.isNamed(name) && members.kind() == '"') {
                return members.text();
            }
        }
        return "";
    }
}
