package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code sse}.
 *
 * @param keepalive how long a stream may be silent before it gets a comment
 */
public record SseSettings(Duration keepalive) {
    public static final SseSettings DEFAULTS = new SseSettings(Duration.ofSeconds(15));

    public SseSettings {
        Check.positive("keepalive", keepalive);
    }

    static SseSettings read(Section in) {
        return new SseSettings(in.get("keepalive", Kind.DURATION, DEFAULTS.keepalive));
    }
}
