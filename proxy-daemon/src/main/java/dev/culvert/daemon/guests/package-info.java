/**
 * What changes virtual machines and containers: which calls of Proxmox an action is, and what
 * becomes of the tasks that these begin.
 *
 * <pre>
 * action + guest ─▶ GuestAction ─▶ GuestCall ─▶ Proxmox ─▶ UPID ─▶ Tasks, until it ends
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.guests;

import org.jspecify.annotations.NullMarked;
