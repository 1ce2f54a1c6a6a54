/** Routes for the SSH keys of the daemon. */
@NullMarked
package dev.culvert.daemon.api.sshkeys;

import org.jspecify.annotations.NullMarked;
