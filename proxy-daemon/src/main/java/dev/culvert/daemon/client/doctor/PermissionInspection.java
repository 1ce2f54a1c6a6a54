package dev.culvert.daemon.client.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Files with secrets that others may read. */
final class PermissionInspection implements Inspection {
    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    @Override
    public String name() {
        return "permissions";
    }

    @Override
    public List<Finding> inspect(Site site) {
        List<Finding> findings = new ArrayList<>();
        Stream.concat(own(site), Stream.of("/etc/culvert/tokens", "/var/lib/culvert"))
                .forEach(path -> findings.addAll(inspect(site, path)));
        return findings.isEmpty()
                ? List.of(Finding.ok("no file with secrets can be read by others"))
                : findings;
    }

    /** The files of this user's contexts, which contain tokens. */
    private static Stream<String> own(Site site) {
        String home = site.host().variable("HOME").orElse("/root");
        String config = site.host().variable("XDG_CONFIG_HOME").orElse(home + "/.config");
        Path folder = site.host().path(config + "/culvert");
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> config + "/culvert/" + file.getFileName()).toList().stream();
        } catch (IOException _) {
            return Stream.of();
        }
    }

    private static List<Finding> inspect(Site site, String path) {
        Path file = site.host().path(path);
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains)) {
                String mode = Files.isDirectory(file) ? "0700" : "0600";
                return List.of(
                        Finding.warning(
                                        "others may read or change " + path,
                                        "it can contain tokens, keys or configurations of agents",
                                        "chmod " + mode + " " + path)
                                .with(Remedy.of("chmod", mode, path)));
            }
        } catch (IOException | UnsupportedOperationException _) {
            // It is not there, or not for this user to look at.
        }
        return List.of();
    }
}
