package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code guests}: changes of guests of Proxmox that clients ask for.
 *
 * @param threads how many calls of Proxmox are made at once
 * @param queue requests that may wait for one of these; one more is answered 503
 * @param mostTasks how many tasks that clients began may run at once; of so many the last look is
 *     kept
 */
public record GuestSettings(int threads, int queue, int mostTasks) {
    public static final GuestSettings DEFAULTS = new GuestSettings(4, 256, 1_000);

    public GuestSettings {
        Check.between("threads", threads, 1, 64);
        Check.between("queue", queue, 0, 10_000);
        Check.between("max_tasks", mostTasks, 1, 100_000);
    }

    static GuestSettings read(Section in) {
        return new GuestSettings(
                in.get("threads", Kind.INT, DEFAULTS.threads),
                in.get("queue", Kind.INT, DEFAULTS.queue),
                in.get("max_tasks", Kind.INT, DEFAULTS.mostTasks));
    }
}
