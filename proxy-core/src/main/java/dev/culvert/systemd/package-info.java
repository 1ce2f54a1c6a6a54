/**
 * What systemd asks of a service in environment variables: whom to tell how the process is, how
 * often to show that it is alive, and which sockets to listen on. Without these variables nothing
 * here opens, schedules or sends anything.
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
