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

    private static final Set<PosixFilePermission> OF_EVERYBODY =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private static final String USUAL_STATE = "/var/lib/culvert";

    @Override
    public String name() {
        return "permissions";
    }

    @Override
    public List<Finding> inspect(Site site) {
        List<Finding> findings = new ArrayList<>();
        Stream.of(own(site), Stream.of("/etc/culvert/tokens", USUAL_STATE), state(site))
                .flatMap(paths -> paths)
                .forEach(path -> findings.addAll(inspect(site, path)));
        site.settings()
                .text("http.tls.key")
                .ifPresent(path -> findings.addAll(inspectKey(site, path)));
        return findings.isEmpty()
                ? List.of(Finding.ok("no file with secrets can be read by others"))
                : findings;
    }

    /** The files of this user's contexts, which contain tokens. */
    private static Stream<String> own(Site site) {
        String home = site.host().variable("HOME").orElse("/root");
        String config = site.host().variable("XDG_CONFIG_HOME").orElse(home + "/.config");
        Path folder = site.host().path(config + "/culvert");
        return in(folder, config + "/culvert/");
    }

    /** What the daemon keeps in its {@code state_dir}: the key of turns, tokens, configurations. */
    private static Stream<String> state(Site site) {
        String folder = site.settings().text("state_dir").orElse(USUAL_STATE);
        return in(site.host().path(folder), folder + "/");
    }

    private static Stream<String> in(Path folder, String name) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> name + file.getFileName()).sorted().toList().stream();
        } catch (IOException _) {
            return Stream.of(); // it is not there, or not for this user to look at
        }
    }

    private static List<Finding> inspect(Site site, String path) {
        if (!isFor(OF_OTHERS, site, path)) {
            return List.of();
        }
        String mode = Files.isDirectory(site.host().path(path)) ? "0700" : "0600";
        return List.of(
                Finding.warning(
                                "others may read or change " + path,
                                "it can contain tokens, keys or configurations of agents",
                                "chmod " + mode + " " + path)
                        .with(Remedy.of("chmod", mode, path)));
    }

    /** The daemon may read it through a group, or as one of the others: nothing to mend blindly. */
    private static List<Finding> inspectKey(Site site, String path) {
        return isFor(OF_EVERYBODY, site, path)
                ? List.of(
                        Finding.warning(
                                "everybody on this host may read or change " + path,
                                "it is the private key of http.tls.cert",
                                "chmod o-rwx "
                                        + path
                                        + ", and see that the daemon's user can still read it"))
                : List.of();
    }

    private static boolean isFor(Set<PosixFilePermission> whom, Site site, String path) {
        try {
            return Files.getPosixFilePermissions(site.host().path(path)).stream()
                    .anyMatch(whom::contains);
        } catch (IOException | UnsupportedOperationException _) {
            return false; // it is not there, or not for this user to look at
        }
    }
}
