package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The section {@code access_log}. While it is off, the log still has a line for each request that
 * failed.
 *
 * @param enabled whether each request is logged
 * @param to where: {@code stderr}, or the absolute path of a file
 * @param sample how many in a hundred of the requests that ended well are logged
 * @param slow of those, only the ones that took at least so long are logged
 * @param queue how many lines may wait to be written; one more is dropped
 */
/* Off by default: at full load the journal drops more lines than it keeps (its RateLimitBurst is
 * 10,000 in 30 s), and metrics count every request. */
public record AccessLogSettings(
        boolean enabled, Format format, String to, int sample, Duration slow, int queue) {
    /** How a line is written. */
    public enum Format {
        LOGFMT,
        JSON
    }

    public static final String STDERR = "stderr";

    public static final AccessLogSettings DEFAULTS =
            new AccessLogSettings(false, Format.LOGFMT, STDERR, 100, Duration.ZERO, 8_192);

    private static final int WHOLE = 100;

    public AccessLogSettings {
        Check.that(
                to.equals(STDERR) || Path.of(to).isAbsolute(),
                "to",
                '"' + to + '"',
                "it must be \"stderr\" or the absolute path of a file");
        Check.between("sample", sample, 0, WHOLE);
        Check.notNegative("slow", slow);
        Check.between("queue", queue, 1, 1_000_000);
    }

    static AccessLogSettings read(Section in) {
        return new AccessLogSettings(
                in.get("enabled", Kind.BOOLEAN, DEFAULTS.enabled),
                in.get("format", Kind.choice(Format.class), DEFAULTS.format),
                in.get("to", Kind.TEXT, DEFAULTS.to),
                in.get("sample", Kind.PERCENT, DEFAULTS.sample),
                in.get("slow", Kind.DURATION, DEFAULTS.slow),
                in.get("queue", Kind.INT, DEFAULTS.queue));
    }
}
