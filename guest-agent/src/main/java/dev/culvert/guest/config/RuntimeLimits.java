package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * How much to take from the runtime.
 *
 * @param answerBytes text and tool calls of one answer together
 * @param eventBytes what comes in one piece: one event of the stream, all its lines together, or
 *     the body of an answer that is not streamed
 * @param idleConnections kept open for later
 */
public record RuntimeLimits(int answerBytes, int eventBytes, int idleConnections) {
    public static final RuntimeLimits DEFAULTS = new RuntimeLimits(8 << 20, 256 << 10, 8);

    /* What comes in one piece is held several times over in the agent's small heap, and goes into one frame. */
    private static final int MOST_EVENT_BYTES = 1 << 20;

    public RuntimeLimits {
        Check.atLeast("max_answer_bytes", answerBytes, 1);
        Check.bytesBetween("max_event_bytes", eventBytes, 64, MOST_EVENT_BYTES);
        Check.between("runtime_connections", idleConnections, 0, 1024);
    }

    /** What may come of a stream without an event of the answer. */
    public long idleBytes() {
        return 2L * eventBytes;
    }

    /** What may come of a stream, thoughts for example, without anything to tell. */
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
