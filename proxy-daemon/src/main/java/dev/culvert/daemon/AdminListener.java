package dev.culvert.daemon;

import dev.culvert.daemon.config.AdminSettings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix sockets of operators. A socket is for the daemon's user, and for the group {@value
 * #GROUP} if there is one that the daemon may give it to. The file's permissions are what protects
 * it.
 */
final class AdminListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final String GROUP = "culvert";

    private final EventLoops loops;
    private final List<Channel> channels = new ArrayList<>();

    AdminListener(EventLoops loops) {
        this.loops = loops;
    }

    /**
     * Opens one socket after another. Runs without one at a usual place that cannot be used.
     *
     * @throws IOException one sentence, when one at any other place cannot be used
     */
    void open(AdminSettings settings, ChannelHandler pipeline) throws IOException {
        for (AgentAddress address : settings.listen()) {
            try {
                channels.add(listen((Unix) address, pipeline));
            } catch (IOException e) {
                if (!AdminSettings.isUsual(address)) {
                    throw new IOException("admin.listen: " + e.getMessage(), e);
                }
                LOG.warn(
                        "there is no admin socket, so culvert reload, drain and log-level do not"
                                + " reach this daemon: {}; set admin.listen to another path, or to []"
                                + " for none",
                        e.getMessage());
            }
        }
    }

    private Channel listen(Unix address, ChannelHandler pipeline) throws IOException {
        Path socket = Path.of(address.path());
        GroupPrincipal group = group(socket);
        if (AdminSettings.isUsual(address)) {
            makeFolder(socket, group);
        }
        Future<Channel> listening = loops.transport().listen(loops.group(), address, pipeline);
        if (!listening.awaitUninterruptibly().isSuccess()) {
            throw new IOException(listening.cause().getMessage(), listening.cause());
        }
        Channel channel = listening.getNow();
        try {
            Files.setPosixFilePermissions(
                    socket,
                    PosixFilePermissions.fromString(
                            isGiven(socket, group) ? "rw-rw----" : "rw-------"));
            return channel;
        } catch (IOException e) {
            channel.close().awaitUninterruptibly();
            throw new IOException("the permissions of " + socket + " cannot be set: " + e, e);
        }
    }

    private static @Nullable GroupPrincipal group(Path socket) throws IOException {
        try {
            return socket.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByGroupName(GROUP);
        } catch (UserPrincipalNotFoundException _) {
            return null;
        }
    }

    /** Unless it is there: for the daemon's user, and for the group to pass. */
    private static void makeFolder(Path socket, @Nullable GroupPrincipal group) throws IOException {
        Path folder = socket.getParent();
        if (folder == null || Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            if (isGiven(folder, group)) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
            }
        } catch (IOException e) {
            throw new IOException("the folder " + folder + " cannot be made: " + e, e);
        }
    }

    /** Whether {@code file} belongs to the group now. */
    private static boolean isGiven(Path file, @Nullable GroupPrincipal group) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        PosixFileAttributes attributes = view.readAttributes();
        if (group == null || attributes.group().equals(group)) {
            return group != null;
        }
        try {
            view.setGroup(group);
            return true;
        } catch (IOException e) {
            LOG.debug("{} is not given to the group {}: {}", file, GROUP, e.toString());
            return false;
        }
    }

    List<AgentAddress> addresses() {
        return channels.stream().map(Transport::localAddress).toList();
    }

    @Override
    public void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
    }
}
