/** Guests of Proxmox for the command: which ones a user means, and how work with them goes on. */
@NullMarked
package dev.culvert.daemon.client.guests;

import org.jspecify.annotations.NullMarked;
