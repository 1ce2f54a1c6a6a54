package dev.culvert.faults;

import java.io.IOException;

/** What a {@link PlayedGuest} does apart from what the protocol demands. */
interface Habit {
    /**
     * A link has opened. Called on its own thread, which it may keep. A guest that never sends a
     * heartbeat is a base guest, and needs to send none later.
     */
    default void onLink(GuestLink link) throws IOException {}

    /** A message arrived. Called on the thread that reads the link. */
    default void onMessage(GuestLink link, String id) throws IOException {
        link.send("chunk", id, "{\"content\":\"ok\",\"done\":true}");
    }

    /** A message of this size is to come in parts. A guest that announces no parts gets none. */
    default void onParts(GuestLink link, String id, long bytes) {}

    /** A part of so many bytes arrived. Called on the thread that reads the link. */
    default void onPart(GuestLink link, String id, int bytes) throws IOException {}

    /** A turn is to end. Called on the thread that reads the link. */
    default void onCancel(GuestLink link, String id) throws IOException {}

    /** A ping arrived. Called on the thread that reads the link. */
    default void onPing(GuestLink link, String id) throws IOException {
        link.send("pong", id, "{}");
    }

    /** A configuration or a context arrived. Called on the thread that reads the link. */
    default void onUpdate(GuestLink link, String id) throws IOException {
        link.send("config_ack", id, "{\"applied\":true}");
    }
}
