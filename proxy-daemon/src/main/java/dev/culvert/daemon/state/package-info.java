/** What outlives the daemon, in the files of {@code state_dir}. */
@NullMarked
package dev.culvert.daemon.state;

import org.jspecify.annotations.NullMarked;
