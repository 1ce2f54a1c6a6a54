package dev.culvert.daemon.client.guests;

import dev.culvert.value.Value;

/**
 * Something to be done with a guest.
 *
 * @param guest its id; of one that is to be made, where
 * @param label the guest, for people
 * @param action as the daemon names it
 * @param path where the daemon takes it
 * @param body what goes with it
 */
public record GuestJob(String guest, String label, String action, String path, Value body) {
    public static GuestJob of(Guest guest, String action, Value body) {
        return new GuestJob(guest.id(), guest.label(), action, guest.path() + "/" + action, body);
    }

    /** For people. */
    String what() {
        return action + " of " + label;
    }
}
