package dev.culvert.infra;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;

/** Which guest: the server of the daemon's settings, and the number that it has there. */
public record GuestId(String server, int vmid) implements Comparable<GuestId> {
    /** The least and the greatest number that Proxmox gives. */
    public static final int LEAST = 100;

    public static final int MOST = 999_999_999;

    /** Reads {@code lab/101}. */
    public static GuestId parse(String text) {
        int slash = text.lastIndexOf('/');
        return new GuestId(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Below {@code /api/v1}. */
    public String path() {
        return Reality.GUESTS + "/" + segment(server) + "/" + vmid;
    }

    /* The daemon's names of servers need no escapes; what somebody else wrote in a plan may. */
    static String segment(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
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
