package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.DaemonFile.AgentPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The kernel's side of vsock, which agents with a CID need. */
final class VsockInspection implements Inspection {
    private static final String VSOCK = "/dev/vsock";
    private static final String VHOST = "/dev/vhost-vsock";

    @Override
    public String name() {
        return "vsock";
    }

    @Override
    public List<Finding> inspect(Site site) {
        if (site.settings().agents().stream().noneMatch(AgentPlace::isVsock)) {
            return List.of(Finding.skipped("no agent of the settings file is reached by its CID"));
        }
        List<Finding> findings = new ArrayList<>();
        if (!isLoaded(site, VSOCK, "vsock")) {
            findings.add(
                    Finding.failure(
                                    "the kernel has no vsock",
                                    "there is no "
                                            + VSOCK
                                            + " and the module vsock is not loaded, so no"
                                            + " agent can be dialled by its CID",
                                    "modprobe vsock; to load it at each start: echo vsock >"
                                            + " /etc/modules-load.d/culvert.conf")
                            .with(Remedy.of("modprobe", "vsock")));
        }
        if (!Files.exists(site.host().path(VHOST))) {
            findings.add(
                    Finding.failure(
                                    "VMs cannot get a vsock device",
                                    "there is no "
                                            + VHOST
                                            + ": the module vhost_vsock is not loaded",
                                    "modprobe vhost_vsock; to load it at each start: echo"
                                            + " vhost_vsock >> /etc/modules-load.d/culvert.conf")
                            .with(Remedy.of("modprobe", "vhost_vsock")));
        } else if (!groupMayOpen(site.host().path(VHOST))) {
            findings.add(
                    Finding.warning(
                                    "only root can open " + VHOST,
                                    "a VMM that runs as another user cannot give its VM a vsock"
                                            + " device",
                                    "chmod 0660 " + VHOST + ", and give it the VMMs' group")
                            .with(Remedy.of("chmod", "0660", VHOST)));
        }
        return findings.isEmpty()
                ? List.of(Finding.ok("the kernel's vsock modules and devices are there"))
                : findings;
    }

    private static boolean isLoaded(Site site, String device, String module) {
        return Files.exists(site.host().path(device))
                || site.host()
                        .read("/proc/modules")
                        .filter(text -> text.lines().anyMatch(it -> it.startsWith(module + " ")))
                        .isPresent();
    }

    private static boolean groupMayOpen(Path device) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(device);
            return mode.contains(PosixFilePermission.GROUP_READ)
                    && mode.contains(PosixFilePermission.GROUP_WRITE);
        } catch (IOException | UnsupportedOperationException _) {
            return true;
        }
    }
}
