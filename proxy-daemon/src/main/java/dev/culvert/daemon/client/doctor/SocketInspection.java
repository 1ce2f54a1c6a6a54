package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.DaemonFile.AgentPlace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The Unix sockets of VMs and of the daemon: their paths, and whether they are there. */
final class SocketInspection implements Inspection {
    /** {@code sun_path} has 108 bytes, the last of which is 0. */
    private static final int MOST_BYTES = 107;

    /** The unit hides these from the daemon: PrivateTmp= and ProtectHome=. */
    private static final List<String> HIDDEN =
            List.of("/tmp/", "/var/tmp/", "/home/", "/root/", "/run/user/");

    @Override
    public String name() {
        return "sockets";
    }

    @Override
    public List<Finding> inspect(Site site) {
        List<Finding> findings = new ArrayList<>();
        int fine = 0;
        for (AgentPlace agent : site.settings().agents()) {
            String socket = agent.socket().orElse("");
            if (!socket.isEmpty()) {
                List<Finding> wrong = ofAgent(site, agent.id(), socket);
                fine += wrong.isEmpty() ? 1 : 0;
                findings.addAll(wrong);
            }
        }
        for (String listener : site.settings().listeners()) {
            if (listener.startsWith("unix://")) {
                findings.add(ofListener(site, listener.substring("unix://".length())));
            }
        }
        if (fine > 0) {
            findings.add(
                    Finding.ok(
                            fine == 1
                                    ? "1 VM's socket is there"
                                    : fine + " VMs' sockets are there"));
        }
        return findings.isEmpty() ? List.of(Finding.skipped("no socket is named")) : findings;
    }

    private static List<Finding> ofAgent(Site site, String id, String socket) {
        int bytes = bytes(socket);
        if (bytes > MOST_BYTES) {
            return List.of(tooLong("the socket of agent " + id, socket, bytes));
        }
        List<Finding> findings = new ArrayList<>();
        Path path = site.host().path(socket);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            findings.add(
                    Finding.failure(
                            "the socket of agent " + id + " is not there",
                            socket
                                    + " does not exist: the VM does not run, has no vsock device,"
                                    + " or its uds_path is another one",
                            "start the VM, or correct the agent's address"));
        } else if (!isSocket(path)) {
            findings.add(
                    Finding.failure(
                            "the address of agent " + id + " is no socket",
                            socket + " is a file of another kind",
                            "name the VM's uds_path in the agent's address"));
        }
        if (HIDDEN.stream().anyMatch(socket::startsWith)) {
            findings.add(
                    Finding.warning(
                            "the unit hides the socket of agent " + id,
                            "culvertd.service has PrivateTmp= and ProtectHome=, so under systemd"
                                    + " the daemon does not see "
                                    + socket,
                            "put the VM's socket elsewhere, such as /run/vm"));
        }
        return findings;
    }

    private static Finding ofListener(Site site, String socket) {
        int bytes = bytes(socket);
        if (bytes > MOST_BYTES) {
            return tooLong("the daemon's own socket", socket, bytes);
        }
        Path folder = site.host().path(socket).getParent();
        Path parentPath = Path.of(socket).getParent();
        String parent = parentPath == null ? "/" : parentPath.toString();
        if (folder == null || !Files.isDirectory(folder)) {
            return Finding.failure(
                            "the daemon cannot create " + socket,
                            "there is no directory " + parent,
                            "mkdir -p " + parent)
                    .with(Remedy.of("mkdir", "-p", parent));
        }
        return Finding.ok("the directory of " + socket + " is there");
    }

    private static Finding tooLong(String whose, String socket, int bytes) {
        return Finding.failure(
                "the path of " + whose + " is too long",
                socket
                        + " has "
                        + bytes
                        + " bytes, and the kernel takes at most "
                        + MOST_BYTES
                        + "; paths in a jailer's chroot get long",
                "give the jailer a shorter --chroot-base-dir or --id, or make a short symbolic link"
                        + " to its directory and name that");
    }

    private static int bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isSocket(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).isOther();
        } catch (IOException _) {
            return false;
        }
    }
}
