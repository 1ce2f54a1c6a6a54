package dev.culvert.daemon.proxmox.fake;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which privilege each key of a guest's configuration needs. The API's description does not say it:
 * it stands in the code of Proxmox.
 */
final class KeyPrivileges {
    private static final Set<String> CPU =
            Set.of(
                    "affinity",
                    "cores",
                    "cpu",
                    "cpulimit",
                    "cpuunits",
                    "numa",
                    "smp",
                    "sockets",
                    "vcpus");
    private static final Set<String> MEMORY =
            Set.of("balloon", "hugepages", "keephugepages", "memory", "shares", "allow-ksm");
    private static final Set<String> HARDWARE =
            Set.of(
                    "acpi",
                    "hotplug",
                    "kvm",
                    "machine",
                    "scsihw",
                    "smbios1",
                    "tablet",
                    "vga",
                    "watchdog",
                    "audio0",
                    "rng0");
    private static final Set<String> OPTIONS =
            Set.of(
                    "agent",
                    "autostart",
                    "bios",
                    "description",
                    "keyboard",
                    "localtime",
                    "migrate_downtime",
                    "migrate_speed",
                    "name",
                    "onboot",
                    "ostype",
                    "protection",
                    "reboot",
                    "startdate",
                    "startup",
                    "tdf",
                    "template",
                    "tags");
    private static final Set<String> DISK = Set.of("boot", "bootdisk", "vmstatestorage");
    private static final Set<String> CLOUD_INIT =
            Set.of(
                    "cicustom",
                    "cipassword",
                    "citype",
                    "ciuser",
                    "ciupgrade",
                    "nameserver",
                    "searchdomain",
                    "sshkeys");
    private static final Pattern DRIVE =
            Pattern.compile("(?:ide|sata|scsi|virtio|efidisk|tpmstate)\\d+|unused\\d+|cdrom");
    private static final Pattern DEVICE = Pattern.compile("(serial|usb|hostpci|virtiofs)\\d+");
    private static final Pattern BRIDGE = Pattern.compile("(?:^|,)bridge=([^,]+)");
    private static final Set<String> IP_OF_CLOUD_INIT =
            new java.util.TreeSet<>(Set.of("VM.Config.Cloudinit", "VM.Config.Network"));

    private KeyPrivileges() {}

    /** A drive of a VM, or a file system of a container. */
    static boolean isVolume(String key) {
        return DRIVE.matcher(key).matches() || key.equals("rootfs") || key.matches("mp\\d+");
    }

    /**
     * Refuses what the caller may not set.
     *
     * @param path where a privilege counts: {@code /vms/ID}, or the pool of a guest that is made
     * @param given what is set; what is deleted has an empty value
     */
    static void check(Caller caller, Guest.Kind kind, String path, Map<String, String> given)
            throws Refused {
        if (caller.isRoot()) {
            return;
        }
        for (Map.Entry<String, String> one : new LinkedHashMap<>(given).entrySet()) {
            if (kind == Guest.Kind.VM) {
                ofVm(caller, path, one.getKey(), one.getValue());
            } else {
                ofContainer(caller, path, one.getKey());
            }
            if (one.getKey().matches("net\\d+")) {
                bridge(caller, one.getValue());
            }
        }
    }

    private static void bridge(Caller caller, String net) throws Refused {
        Matcher bridge = BRIDGE.matcher(net);
        if (bridge.find()) {
            caller.need("/sdn/zones/localnetwork/" + bridge.group(1), "SDN.Use");
        }
    }

    private static void ofVm(Caller caller, String path, String key, String value) throws Refused {
        Matcher device = DEVICE.matcher(key);
        if (device.matches()) {
            device(caller, path, key, device.group(1), value);
        } else if (key.startsWith("ide") && value.contains("media=cdrom")) {
            caller.need(path, "VM.Config.CDROM");
        } else if (isVolume(key) || DISK.contains(key)) {
            caller.need(path, "VM.Config.Disk");
        } else if (CPU.contains(key) || key.matches("numa\\d+")) {
            caller.need(path, "VM.Config.CPU");
        } else if (MEMORY.contains(key)) {
            caller.need(path, "VM.Config.Memory");
        } else if (HARDWARE.contains(key)) {
            caller.need(path, "VM.Config.HWType");
        } else if (OPTIONS.contains(key)) {
            caller.need(path, "VM.Config.Options");
        } else if (key.equals("freeze")) {
            caller.need(path, "VM.PowerMgmt");
        } else if (key.matches("net\\d+")) {
            caller.need(path, "VM.Config.Network");
        } else if (CLOUD_INIT.contains(key) || key.matches("ipconfig\\d+")) {
            if (!caller.mayAny(path, IP_OF_CLOUD_INIT)) {
                throw Refused.forbidden(path + ", VM.Config.Cloudinit|VM.Config.Network");
            }
        } else {
            throw Refused.died("only root can set '%s' config".formatted(key));
        }
    }

    private static void device(Caller caller, String path, String key, String kind, String value)
            throws Refused {
        boolean serial = kind.equals("serial") && !value.isEmpty() && !value.equals("socket");
        boolean host = value.contains("host=") && !value.contains("host=spice");
        if (serial || host) {
            throw Refused.died("only root can set '%s' config for real devices".formatted(key));
        }
        caller.need(path, "VM.Config.HWType");
    }

    private static void ofContainer(Caller caller, String path, String key) throws Refused {
        switch (key) {
            case "cores", "cpuunits", "cpulimit" -> caller.need(path, "VM.Config.CPU");
            case "memory", "swap" -> caller.need(path, "VM.Config.Memory");
            case "nameserver", "searchdomain", "hostname" -> caller.need(path, "VM.Config.Network");
            case "features" -> caller.need(path, "VM.Allocate");
            case "hookscript" ->
                    throw Refused.forbidden("changing the hookscript is only allowed for root@pam");
            default -> {
                if (key.matches("dev\\d+")) {
                    throw Refused.forbidden(
                            "configuring device passthrough is only allowed for root@pam");
                }
                caller.need(
                        path,
                        isVolume(key)
                                ? "VM.Config.Disk"
                                : key.matches("net\\d+")
                                        ? "VM.Config.Network"
                                        : "VM.Config.Options");
            }
        }
    }
}
