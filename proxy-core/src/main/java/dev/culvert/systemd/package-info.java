/**
 * The contract between a service and systemd, which it states in environment variables: whom to
 * tell how the process is, how often it must show that it lives, and which sockets it was given.
 * Without them nothing here opens, schedules or sends anything.
 *
 * <pre>
 *   NOTIFY_SOCKET ─► Systemd ─► Notifier ─► READY, STATUS, RELOADING, STOPPING
 *   WATCHDOG_USEC ─┘   │           └─ Watchdog: all event loops turned ─► WATCHDOG
 *   LISTEN_FDS ────────┴─► InheritedSocket …
 * </pre>
 */
@NullMarked
package dev.culvert.systemd;

import org.jspecify.annotations.NullMarked;
