package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code operations}: what is kept of changes that somebody made, and of the log.
 *
 * @param keep how many runs
 * @param keepBytes how many bytes all of them may take, with their log lines
 */
public record OperationSettings(int keep, int keepBytes, Log log) {
    public static final OperationSettings DEFAULTS =
            new OperationSettings(1000, 1024 * 1024, Log.DEFAULTS);

    /**
     * The records of the daemon's log that it remembers.
     *
     * @param keep how many
     * @param keepBytes how many bytes all of them may take
     */
    public record Log(int keep, int keepBytes) {
        static final Log DEFAULTS = new Log(5000, 2 * 1024 * 1024);

        public Log {
            Check.atLeast("keep", keep, 0);
            Check.atLeast("keep_bytes", keepBytes, 0);
        }

        static Log read(Section in) {
            return new Log(
                    in.get("keep", Kind.INT, DEFAULTS.keep),
                    in.get("keep_bytes", Kind.BYTES, DEFAULTS.keepBytes));
        }
    }

    public OperationSettings {
        Check.atLeast("keep", keep, 0);
        Check.atLeast("keep_bytes", keepBytes, 0);
    }

    static OperationSettings read(Section in) {
        return new OperationSettings(
                in.get("keep", Kind.INT, DEFAULTS.keep),
                in.get("keep_bytes", Kind.BYTES, DEFAULTS.keepBytes),
                in.section("log", Log::read));
    }
}
