package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code continuations}: what is kept for clients that go on with a turn once they have
 * run its tools.
 *
 * @param validFor how long after the end of its turn a continuation is valid
 * @param maxBytes of one conversation, with the results of the client's tools
 * @param keepBytes that all of them may take
 */
public record ContinuationSettings(Duration validFor, int maxBytes, int keepBytes) {
    public static final ContinuationSettings DEFAULTS =
            new ContinuationSettings(Duration.ofMinutes(15), 4 * 1024 * 1024, 64 * 1024 * 1024);

    public ContinuationSettings {
        Check.positive("valid_for", validFor);
        Check.atLeast("max_bytes", maxBytes, 1);
        Check.atLeast("keep_bytes", keepBytes, 0);
    }

    static ContinuationSettings read(Section in) {
        return new ContinuationSettings(
                in.get("valid_for", Kind.DURATION, DEFAULTS.validFor),
                in.get("max_bytes", Kind.BYTES, DEFAULTS.maxBytes),
                in.get("keep_bytes", Kind.BYTES, DEFAULTS.keepBytes));
    }
}
