package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.http.Request;

/** Which guest: the server of the daemon's settings, and the number that it has there. */
public record GuestId(String server, int vmid) implements Comparable<GuestId> {
    /** The least and the greatest number that Proxmox gives. */
    public static final int LEAST = 100;

    public static final int MOST = 999_999_999;

    /** Reads {@code lab/101}. */
    static GuestId parse(String text) {
        int slash = text.lastIndexOf('/');
        return new GuestId(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Below {@code /api/v1}. */
    String path() {
        return Reality.GUESTS + "/" + Request.segment(server) + "/" + vmid;
    }

    @Override
    public int compareTo(GuestId other) {
        int servers = server.compareTo(other.server);
        return servers != 0 ? servers : Integer.compare(vmid, other.vmid);
    }

    @Override
    public String toString() {
        return server + "/" + vmid;
    }
}
