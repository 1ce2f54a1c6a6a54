package dev.culvert.faults;

import java.io.IOException;

/** What a {@link PlayedGuest} does beyond its duties. */
interface Habit {
    /**
     * A link is open. Called on a thread of its own, which it may keep. A guest of the base
     * protocol that sends no heartbeat owes none later.
     */
    default void onLink(GuestLink link) throws IOException {}

    /** A message came. Called on the thread that reads the link. */
    default void onMessage(GuestLink link, String id) throws IOException {
        link.send("chunk", id, "{\"content\":\"ok\",\"done\":true}");
    }

    /** A ping came. Called on the thread that reads the link. */
    default void onPing(GuestLink link, String id) throws IOException {
        link.send("pong", id, "{}");
    }

    /** A configuration or a context came. Called on the thread that reads the link. */
    default void onUpdate(GuestLink link, String id) throws IOException {
        link.send("config_ack", id, "{\"applied\":true}");
    }
}
