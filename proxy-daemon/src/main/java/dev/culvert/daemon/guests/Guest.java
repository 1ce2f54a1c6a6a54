package dev.culvert.daemon.guests;

import dev.culvert.daemon.proxmox.Proxmox;

/**
 * A virtual machine or a container, as Proxmox has it now.
 *
 * @param node where it is; guests move
 * @param status {@code running}, {@code stopped} and so on
 */
public record Guest(
        String server, int vmid, GuestKind kind, String name, String node, String status) {
    /** Its place in Proxmox's API. */
    String path() {
        return "/nodes/" + Proxmox.segment(node) + "/" + kind.type() + "/" + vmid;
    }

    /** As clients know it. */
    public String id() {
        return server + "/" + vmid;
    }
}
