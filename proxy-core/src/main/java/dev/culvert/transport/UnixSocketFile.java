package dev.culvert.transport;

import dev.culvert.transport.AgentAddress.Unix;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file of a Unix socket to listen on. */
final class UnixSocketFile {
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private UnixSocketFile() {}

    /** Removes a socket that a dead listener left; fails if anything else is in the way. */
    static void clear(Unix address) throws IOException {
        Path path = Path.of(address.path());
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw new DialException(
                    address,
                    "something that is not a socket is in the way: remove it, or choose another path");
        }
        if (isAlive(path)) {
            throw Diagnosis.inUse(address);
        }
        Files.delete(path);
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & FILE_TYPE) == SOCKET;
    }

    private static boolean isAlive(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true; // connected, or in the queue of a live listener
        } catch (ConnectException _) {
            return false;
        }
    }
}
