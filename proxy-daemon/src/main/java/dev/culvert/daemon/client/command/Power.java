package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.guests.Guest;
import java.util.Locale;

/** What changes whether a guest runs. */
enum Power {
    START("Starts a guest, and waits until Proxmox has done it."),
    SHUTDOWN("Shuts a guest down, by its own system, and waits until it is stopped."),
    STOP(
            "Stops a guest at once, as if its power were cut: what it has not written to its disks"
                    + " is lost."),
    REBOOT("Reboots a guest, by its own system."),
    SUSPEND("Suspends a guest, so that it uses no CPU until it is resumed."),
    RESUME("Resumes a guest that is suspended.");

    private final String description;

    Power(String description) {
        this.description = description;
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
        return switch (this) {
            case START -> !guest.isRunning();
            case SHUTDOWN, REBOOT, SUSPEND -> guest.isRunning();
            case STOP -> !guest.isStopped();
            case RESUME -> !guest.isRunning() && !guest.isStopped();
        };
    }
}
