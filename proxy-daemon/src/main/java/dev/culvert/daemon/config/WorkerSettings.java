package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code workers}: threads for what blocks. There are two rooms of them: for the files
 * of {@code state_dir}, and for all else, so that a disk that hangs holds up the first one alone.
 *
 * @param threads of each room
 * @param queue requests that may wait in each room; one more is answered 503
 */
public record WorkerSettings(int threads, int queue) {
    public static final WorkerSettings DEFAULTS = new WorkerSettings(4, 256);

    public WorkerSettings {
        Check.between("threads", threads, 1, 1024);
        Check.between("queue", queue, 0, 1_000_000);
    }

    static WorkerSettings read(Section in) {
        return new WorkerSettings(
                in.get("threads", Kind.INT, DEFAULTS.threads),
                in.get("queue", Kind.INT, DEFAULTS.queue));
    }
}
