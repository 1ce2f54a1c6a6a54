package dev.culvert.infra;

import java.util.Locale;

/** What Proxmox runs: a virtual machine or a container. */
public enum GuestKind {
    VM,
    CT;

    /** As files and the daemon write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static GuestKind of(String word) {
        return word.equals("ct") ? CT : VM;
    }

    /** The name of a guest in Proxmox's parameters. */
    public String nameParameter() {
        return this == VM ? "name" : "hostname";
    }
}
