/**
 * What outlives the daemon, in the files of {@code state_dir}: desired configurations, tokens
 * without their secrets, and the key of turn ids. Only the owner can read them. Everything here
 * blocks.
 */
@NullMarked
package dev.culvert.daemon.state;

import org.jspecify.annotations.NullMarked;
