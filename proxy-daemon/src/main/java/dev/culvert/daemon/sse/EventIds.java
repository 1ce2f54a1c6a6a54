package dev.culvert.daemon.sse;

import io.netty.util.AsciiString;

/** The ids of a row of events: {@code PREFIX:NUMBER}. The prefix was checked once for all. */
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

    /** Whether ids can begin with {@code prefix}. */
    public static boolean isPrefix(String prefix) {
        return EventType.isVisible(prefix);
    }

    /** The field up to the number. */
    AsciiString start() {
        return start;
    }
}
