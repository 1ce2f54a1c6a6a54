/**
 * A Proxmox VE that the tests bring along: an HTTPS server which knows Proxmox's own description of
 * its API, and a small cluster in memory behind it.
 *
 * <pre>
 *   request → FakeListener → Login → Facts (path, parameters) → Permissions → a call of the cluster → Answer
 * </pre>
 *
 * Refusals have the status, the shape and the words of Proxmox.
 */
@NullMarked
package dev.culvert.daemon.proxmox.fake;

import org.jspecify.annotations.NullMarked;
