/** HTTP endpoints that show what servers of Proxmox have. */
@NullMarked
package dev.culvert.daemon.api.inventory;

import org.jspecify.annotations.NullMarked;
