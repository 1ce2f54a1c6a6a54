/**
 * Who the guest is where it dials in (protocol-spec/joining.md): its key and its id, which survive
 * a restart in a file, and how it proves them.
 *
 * <pre>
 *   link → IdentityHandler ─ hello, register, prove → host
 *              └→ IdentityKeeper → IdentityFile
 * </pre>
 */
@NullMarked
package dev.culvert.guest.identity;

import org.jspecify.annotations.NullMarked;
