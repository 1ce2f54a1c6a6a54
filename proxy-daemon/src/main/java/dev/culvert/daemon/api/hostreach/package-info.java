/**
 * The routes that do in one request what the host needs to reach others: SSH keys, SSH tunnels and
 * checks.
 *
 * <pre>
 * ReachRoute ─▶ Errand ─▶ keys ─▶ tunnels ─▶ checks ─▶ a list of steps
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.hostreach;

import org.jspecify.annotations.NullMarked;
