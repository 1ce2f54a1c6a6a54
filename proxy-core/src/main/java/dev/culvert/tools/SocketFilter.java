package dev.culvert.tools;

import static dev.culvert.tools.Seccomp.ALLOW;
import static dev.culvert.tools.Seccomp.DENY;
import static dev.culvert.tools.Seccomp.FIRST;
import static dev.culvert.tools.Seccomp.IS_ARM;
import static dev.culvert.tools.Seccomp.SECOND;
import static dev.culvert.tools.Seccomp.THIRD;

/**
 * Decides which sockets a confined thread may make, and every process that it starts from then on:
 * for good. A filter of seccomp.
 */
/*
 * Landlock does not see who connects to a Unix socket by its path, and a socket of D-Bus, Docker or ssh-agent does what
 * it is asked to with all rights of its owner. So no Unix socket is made, with the network or without it.
 *
 * A pair of them is connected with itself, and cannot be connected anew: programs use that between their processes. But
 * a pair for datagrams can send to any path, so that one is not made.
 */
final class SocketFilter {
    private static final int SOCKET = IS_ARM ? 198 : 41;
    private static final int SOCKET_PAIR = IS_ARM ? 199 : 53;

    private static final int UNIX = 1;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;
    private static final int NETLINK = 16;
    private static final int ROUTES = 0;
    private static final int KIND = 0xf;
    private static final int STREAM = 1;
    private static final int PACKETS = 5;

    /* Made before a thread is confined, which can load nothing any more. */
    private static final int[][] CLOSED =
            Seccomp.ofCalls().endIf(SOCKET, DENY).call(SOCKET_PAIR, pairs()).end(ALLOW).program();

    private static final int[][] OPEN =
            Seccomp.ofCalls()
                    .call(SOCKET, sockets())
                    .call(SOCKET_PAIR, pairs())
                    .end(ALLOW)
                    .program();

    private SocketFilter() {}

    /** Sees that a confined thread has to load nothing. */
    static void load() {}

    /**
     * From now on, this thread makes no socket but stream pairs of its own.
     *
     * @param network whether it may make sockets for IPv4 and IPv6, too
     */
    static void install(boolean network) throws KernelException {
        Seccomp.install(network ? OPEN : CLOSED);
    }

    /* The C library asks for the machine's addresses (NETLINK) when it looks a name up. */
    private static Seccomp sockets() {
        return Seccomp.ofOneCall()
                .load(FIRST)
                .endIf(IPV4, ALLOW)
                .endIf(IPV6, ALLOW)
                .endUnless(NETLINK)
                .load(THIRD)
                .endIf(ROUTES, ALLOW)
                .end(DENY);
    }

    private static Seccomp pairs() {
        return Seccomp.ofOneCall()
                .load(FIRST)
                .endUnless(UNIX)
                .load(SECOND)
                .mask(KIND) // without the flags
                .endIf(STREAM, ALLOW)
                .endIf(PACKETS, ALLOW)
                .end(DENY);
    }
}
