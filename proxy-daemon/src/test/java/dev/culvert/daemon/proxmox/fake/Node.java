package dev.culvert.daemon.proxmox.fake;

/** One node of the cluster. */
final class Node {
    static final long GIB = 1L << 30;

    private final String name;
    private final int number;
    private volatile boolean online = true;
    private volatile int cpus = 16;
    private volatile long memory = 64 * GIB;

    Node(String name, int number) {
        this.name = name;
        this.number = number;
    }

    String name() {
        return name;
    }

    int number() {
        return number;
    }

    String address() {
        return "192.0.2." + (10 + number);
    }

    boolean isOnline() {
        return online;
    }

    void setOnline(boolean is) {
        online = is;
    }

    int cpus() {
        return cpus;
    }

    long memory() {
        return memory;
    }

    void setSize(int cpus, long memory) {
        this.cpus = cpus;
        this.memory = memory;
    }
}
