package dev.culvert.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A listening socket that whoever started this process opened for it.
 *
 * @param fd its number in this process
 * @param name the name that its opener gave it
 */
public record InheritedSocket(int fd, String name, AgentAddress address) {
    private static final Path SELF = Path.of("/proc/self");
    private static final String FLAGS = "flags:";

    // From asm-generic/socket.h, linux/socket.h and fcntl.h; the same on x86_64 and aarch64.
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_VSOCK = 40;
    private static final int O_NONBLOCK = 04000;

    /**
     * Looks at the socket without changing it.
     *
     * @throws IOException with one sentence, if it cannot be used as a listener here
     */
    public static InheritedSocket of(int fd, String name) throws IOException {
        String who = "socket " + fd + " (" + name + ")";
        if (!Epoll.isAvailable()) {
            throw new IOException(
                    who + ": it cannot be used without epoll, which does not load here");
        }
        if (!isSocket(fd)) {
            throw new IOException(who + " is not there: was this process started through another?");
        }
        LinuxSocket socket = LinuxSocket.newSocket(fd);
        if (socket.getIntOpt(SOL_SOCKET, SO_TYPE) != SOCK_STREAM
                || socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 0) {
            throw new IOException(
                    who + " does not listen for streams: it takes ListenStream= and Accept=no");
        }
        if (blocks(
                fd)) { // and would block an event loop when a client leaves before it is accepted
            throw new IOException(who + " blocks: put NonBlocking=yes into the service's unit");
        }
        try {
            return new InheritedSocket(fd, name, Transport.addressOf(local(socket)));
        } catch (IllegalArgumentException e) {
            throw new IOException(who + ": " + e.getMessage(), e);
        }
    }

    private static boolean isSocket(int fd) {
        try {
            Path target = Files.readSymbolicLink(SELF.resolve("fd/" + fd));
            return target.toString().startsWith("socket:");
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean blocks(int fd) throws IOException {
        for (String line : Files.readAllLines(SELF.resolve("fdinfo/" + fd))) {
            if (line.startsWith(FLAGS)) {
                int flags = Integer.parseInt(line.substring(FLAGS.length()).strip(), 8);
                return (flags & O_NONBLOCK) == 0;
            }
        }
        throw new IOException("this kernel does not tell the flags of a socket");
    }

    private static SocketAddress local(LinuxSocket socket) throws IOException {
        int family = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
        return switch (family) {
            case AF_INET, AF_INET6 -> socket.localAddress();
            case AF_UNIX -> socket.localDomainSocketAddress();
            case AF_VSOCK -> socket.localVSockAddress();
            default -> throw new IllegalArgumentException("no transport has its family, " + family);
        };
    }
}
