package dev.culvert.daemon.sse;

import io.netty.util.AsciiString;

/** The ids of one stream's events: {@code PREFIX:NUMBER}. The prefix is checked once. */
public final class EventIds {
    private final AsciiString start;

    private EventIds(AsciiString start) {
        this.start = start;
    }

    /**
     * Ids that begin with {@code prefix} and a colon.
     *
     * @throws IllegalArgumentException when the prefix would break out of its line
     */
    public static EventIds of(String prefix) {
        return new EventIds(new AsciiString("id: " + EventType.checked(prefix) + ":"));
    }

    /** Whether {@code prefix} can begin an id. */
    public static boolean isPrefix(String prefix) {
        return EventType.isVisible(prefix);
    }

    /** The field up to the number. */
    AsciiString start() {
        return start;
    }
}
