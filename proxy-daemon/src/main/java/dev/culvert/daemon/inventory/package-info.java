/**
 * What the servers of Proxmox have: nodes, guests, storages and tasks, of now and of before.
 *
 * <pre>
 *   timer → ServerPoll, on a worker → Proxmox
 *                     ├→ View, which readers see at once
 *                     └→ InventoryStore: last known things, and changes
 * </pre>
 *
 * Each server is polled by itself: one that hangs delays nobody.
 */
@NullMarked
package dev.culvert.daemon.inventory;

import org.jspecify.annotations.NullMarked;
