/** Routes for the SSH tunnels of the daemon's host. */
@NullMarked
package dev.culvert.daemon.api.sshtunnels;

import org.jspecify.annotations.NullMarked;
