package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * How much the agent takes from the runtime.
 *
 * @param answerBytes the text and the tool calls of one answer
 * @param eventBytes one event of a stream, with all its lines, or an answer that is not streamed
 * @param idleConnections how many unused connections are kept
 */
public record RuntimeLimits(int answerBytes, int eventBytes, int idleConnections) {
    public static final RuntimeLimits DEFAULTS = new RuntimeLimits(8 << 20, 256 << 10, 8);

    /* An event is in the agent's small heap several times, and becomes one frame. */
    private static final int MOST_EVENT_BYTES = 1 << 20;

    public RuntimeLimits {
        Check.atLeast("max_answer_bytes", answerBytes, 1);
        Check.bytesBetween("max_event_bytes", eventBytes, 64, MOST_EVENT_BYTES);
        Check.between("runtime_connections", idleConnections, 0, 1024);
    }

    /** How much of a stream may come without an event that belongs to the answer. */
    public long idleBytes() {
        return 2L * eventBytes;
    }

    /** How much of a stream may come without text, reasoning or a tool call. */
    public long untoldBytes() {
        return 8L * answerBytes;
    }

    static RuntimeLimits read(Section in) {
        return new RuntimeLimits(
                in.get("max_answer_bytes", Kind.BYTES, DEFAULTS.answerBytes),
                in.get("max_event_bytes", Kind.BYTES, DEFAULTS.eventBytes),
                in.get("runtime_connections", Kind.INT, DEFAULTS.idleConnections));
    }
}
