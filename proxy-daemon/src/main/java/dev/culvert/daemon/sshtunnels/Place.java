package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one tunnel, in the directory {@code tunnels} of {@code state_dir}.
 *
 * @param directory of all tunnels
 */
record Place(Path directory, String name) {
    /**
     * What a path of a Unix socket may have, and what ssh adds to the one of its control socket.
     */
    private static final int MOST_PATH = 107;

    private static final int ADDED = 17;

    /** Where ssh listens for connections to the far end, and the daemon connects. */
    Path socket() {
        return directory.resolve(name + ".sock");
    }

    /** Where the daemon listens for connections that come from the server. */
    Path inbound() {
        return directory.resolve(name + ".in");
    }

    /** Where ssh can be asked things. */
    Path control() {
        return directory.resolve(name + ".ctl");
    }

    Path config() {
        return directory.resolve(name + ".conf");
    }

    /** Who the process is, for a daemon that comes after this one was killed. */
    Path process() {
        return directory.resolve(name + ".pid");
    }

    /** The keys of servers that are trusted, of all tunnels. */
    Path knownHosts() {
        return directory.resolve(HostKeys.FILE);
    }

    /** What must not be left when the process has ended. */
    List<Path> leftovers() {
        return List.of(socket(), control(), process(), config());
    }

    void check() throws IOException {
        int bytes = control().toString().getBytes(UTF_8).length + ADDED;
        if (bytes > MOST_PATH) {
            throw new IOException(
                    "the path of its sockets is too long for Unix sockets by %d bytes: give state_dir a shorter path, or the tunnel a shorter name"
                            .formatted(bytes - MOST_PATH));
        }
    }

    void clear() throws IOException {
        for (Path file : leftovers()) {
            Files.deleteIfExists(file);
        }
    }

    static void write(Path file, String text) throws IOException {
        OwnerOnly.write(file, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
