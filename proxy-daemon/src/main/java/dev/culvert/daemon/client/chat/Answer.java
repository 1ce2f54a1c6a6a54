package dev.culvert.daemon.client.chat;

import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of one turn so far, within bounds: the agent decides how much it sends. */
final class Answer {
    /** Of the text; what comes after them is shown, but does not stay in the conversation. */
    static final int MOST_CHARS = 1024 * 1024;

    /** Of calls that have no result yet. */
    static final int MOST_CALLS = 128;

    /** Of the arguments of all calls. */
    static final int MOST_CALL_CHARS = 4 * 1024 * 1024;

    private final StringBuilder text = new StringBuilder();

    /** Those without a result; the agent's own tools have one each before the turn ends. */
    private final Map<String, ToolCall> open = new LinkedHashMap<>();

    private long callChars;
    private boolean isCut;
    private Value end = Value.nothing();
    private String ending = "";

    /** Returns whether this is the first piece that is too much. */
    boolean text(String piece) {
        if (isCut) {
            return false;
        }
        isCut = piece.length() > MOST_CHARS - text.length();
        if (!isCut) {
            text.append(piece);
        }
        return isCut;
    }

    /** Returns whether it was taken; false if there are too many or they are too long. */
    boolean call(ToolCall call) {
        callChars += call.id().length() + call.tool().length() + call.argumentsText().length();
        if (open.size() >= MOST_CALLS || callChars > MOST_CALL_CHARS) {
            return false;
        }
        open.put(call.id(), call);
        return true;
    }

    void result(Value data) {
        open.remove(data.text("call_id"));
    }

    /**
     * The turn is over.
     *
     * @param type of the last event
     */
    void end(String type, Value data) {
        ending = type;
        end = data;
    }

    /** The last event counts for nothing: the same is asked once more. */
    void reopen() {
        end("", Value.nothing());
    }

    String text() {
        return text.toString();
    }

    /** Whether nothing came. */
    boolean isEmpty() {
        return text.isEmpty() && open.isEmpty() && ending.isEmpty();
    }

    /** Whether all of it came. */
    boolean isDone() {
        return ending.equals("done");
    }

    /** What this side is to do before the answer goes on. */
    List<ToolCall> calls() {
        return end.text("finish_reason").equals("tool_calls")
                ? List.copyOf(open.values())
                : List.of();
    }

    /** With which the answer goes on; empty if the daemon gave none. */
    String continuation() {
        return end.text("continuation");
    }

    /** The data of the last event. */
    Value end() {
        return end;
    }

    /** Whether nothing but a failure of this code came. */
    boolean isOnly(String code) {
        return text.isEmpty()
                && open.isEmpty()
                && ending.equals("error")
                && end.text("code").equals(code);
    }

    /** The last event; empty if none came. */
    String ending() {
        return ending;
    }
}
