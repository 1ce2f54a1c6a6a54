/**
 * Where the secrets of a user's tokens are: a file, an environment variable, or the keyring of the
 * desktop. A token is read when a daemon is about to be asked, and never printed.
 */
@NullMarked
package dev.culvert.daemon.client.keys;

import org.jspecify.annotations.NullMarked;
