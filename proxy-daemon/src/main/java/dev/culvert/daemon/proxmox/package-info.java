/**
 * The API of Proxmox VE, versions 8 and 9. Blocks, so it is for workers and not for event loops.
 *
 * <pre>
 *   Proxmox.call → OutgoingCalls, with the certificate that is pinned → AnswerReader
 *                                     → the value of "data", or a ProxmoxException
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.proxmox;

import org.jspecify.annotations.NullMarked;
