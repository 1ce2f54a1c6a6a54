package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.guests.Guest;
import java.util.Locale;
import java.util.function.Predicate;

/** What changes whether a guest runs. */
enum Power {
    START("Starts a guest, and waits until Proxmox has done it.", it -> !it.isRunning()),

    SHUTDOWN(
            "Shuts a guest down, by its own system, and waits until it is stopped.",
            Guest::isRunning),

    STOP(
            "Stops a guest at once, as if its power were cut: what it has not written to its disks"
                    + " is lost.",
            it -> !it.isStopped()),

    REBOOT("Reboots a guest, by its own system.", Guest::isRunning),

    SUSPEND("Suspends a guest, so that it uses no CPU until it is resumed.", Guest::isRunning),

    RESUME("Resumes a guest that is suspended.", it -> !it.isRunning() && !it.isStopped());

    private final String description;
    private final Predicate<Guest> isNeededBy;

    Power(String description, Predicate<Guest> isNeededBy) {
        this.description = description;
        this.isNeededBy = isNeededBy;
    }

    /** As the daemon and the command have it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String description() {
        return description;
    }

    /** Whether it would change anything. */
    boolean isNeededBy(Guest guest) {
        return isNeededBy.test(guest);
    }
}
