/**
 * The SSH keys of the daemon, in the directory {@code keys} of {@code state_dir}: a private key in
 * OpenSSH's format, its public one beside it, and a certificate if somebody put one there.
 *
 * <pre>
 * keys/NAME · keys/NAME.pub · keys/NAME-cert.pub · keys/NAME.former · keys/NAME.former.pub
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.sshkeys;

import org.jspecify.annotations.NullMarked;
