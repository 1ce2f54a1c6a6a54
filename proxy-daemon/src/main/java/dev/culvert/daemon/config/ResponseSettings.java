package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code responses}: what is kept of responses that clients can ask for again.
 *
 * @param keep how many responses
 * @param keepBytes how many bytes all of them may take, with what they answer
 * @param keepFor how long after its beginning a response is kept
 */
public record ResponseSettings(int keep, int keepBytes, Duration keepFor) {
    public static final ResponseSettings DEFAULTS =
            new ResponseSettings(1000, 32 * 1024 * 1024, Duration.ofHours(1));

    public ResponseSettings {
        Check.atLeast("keep", keep, 0);
        Check.atLeast("keep_bytes", keepBytes, 0);
        Check.positive("keep_for", keepFor);
    }

    static ResponseSettings read(Section in) {
        return new ResponseSettings(
                in.get("keep", Kind.INT, DEFAULTS.keep),
                in.get("keep_bytes", Kind.BYTES, DEFAULTS.keepBytes),
                in.get("keep_for", Kind.DURATION, DEFAULTS.keepFor));
    }
}
