package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * How much may wait in memory besides the logs of turns.
 *
 * @param frameBytes of all links: frames that have come in part, and what their hosts do not read
 * @param requestBytes of all turns: requests that the runtime has not begun to answer
 */
public record HeldSettings(int frameBytes, int requestBytes) {
    public static final HeldSettings DEFAULTS = new HeldSettings(16 << 20, 20 << 20);

    /** What the log and the errors call them. */
    public static final String FRAMES_FLAG = "--max-held-bytes";

    public static final String REQUESTS_FLAG = "--max-requests-bytes";

    /** The largest frame, and what a link needs besides. */
    private static final int LEAST_BYTES = 5 << 20;

    /* Beside the logs of turns they have to fit into -XX:MaxDirectMemorySize of jvm.options. */
    private static final int MOST_BYTES = 1 << 30;

    public HeldSettings {
        Check.bytesBetween("max_held_bytes", frameBytes, LEAST_BYTES, MOST_BYTES);
        Check.bytesBetween("max_requests_bytes", requestBytes, LEAST_BYTES, MOST_BYTES);
    }

    static HeldSettings read(Section section) {
        return new HeldSettings(
                section.get("max_held_bytes", Kind.BYTES, DEFAULTS.frameBytes),
                section.get("max_requests_bytes", Kind.BYTES, DEFAULTS.requestBytes));
    }
}
