package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code workers}: threads for work that blocks. One group uses the files of {@code
 * state_dir} and another does everything else, so a disk that hangs delays only the first.
 *
 * @param threads in each group
 * @param queue requests that may wait in each group; one more is answered 503
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
