package dev.culvert.daemon.proxmox.fake;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The privileges of a version of Proxmox, and the roles that it has of itself. */
final class Roles {
    private record Group(
            String name,
            List<String> root,
            List<String> admin,
            List<String> user,
            List<String> audit) {}

    private static final List<Group> COMMON =
            List.of(
                    new Group(
                            "VM",
                            List.of(),
                            List.of(
                                    "VM.Config.Disk",
                                    "VM.Config.CPU",
                                    "VM.Config.Memory",
                                    "VM.Config.Network",
                                    "VM.Config.HWType",
                                    "VM.Config.Options",
                                    "VM.Allocate",
                                    "VM.Clone",
                                    "VM.Migrate",
                                    "VM.Snapshot",
                                    "VM.Snapshot.Rollback"),
                            List.of(
                                    "VM.Config.CDROM",
                                    "VM.Config.Cloudinit",
                                    "VM.Console",
                                    "VM.Backup",
                                    "VM.PowerMgmt"),
                            List.of("VM.Audit")),
                    new Group(
                            "Sys",
                            List.of(
                                    "Sys.PowerMgmt",
                                    "Sys.Modify",
                                    "Sys.Incoming",
                                    "Sys.AccessNetwork"),
                            List.of("Sys.Console", "Sys.Syslog"),
                            List.of(),
                            List.of("Sys.Audit")),
                    new Group(
                            "Datastore",
                            List.of(),
                            List.of("Datastore.Allocate", "Datastore.AllocateTemplate"),
                            List.of("Datastore.AllocateSpace"),
                            List.of("Datastore.Audit")),
                    new Group(
                            "SDN",
                            List.of(),
                            List.of("SDN.Allocate"),
                            List.of("SDN.Use"),
                            List.of("SDN.Audit")),
                    new Group(
                            "User",
                            List.of("Realm.Allocate", "Permissions.Modify"),
                            List.of("User.Modify", "Group.Allocate", "Realm.AllocateUser"),
                            List.of(),
                            List.of()),
                    new Group(
                            "Pool",
                            List.of(),
                            List.of("Pool.Allocate"),
                            List.of("Pool.Audit"),
                            List.of("Pool.Audit")),
                    new Group(
                            "Mapping",
                            List.of(),
                            List.of("Mapping.Modify"),
                            List.of("Mapping.Use"),
                            List.of("Mapping.Audit")));

    /** What {@code VM.Monitor} of 8 became. */
    private static final List<Group> ONLY_9 =
            List.of(
                    new Group(
                            "VM",
                            List.of(),
                            List.of("VM.GuestAgent.Unrestricted", "VM.Replicate"),
                            List.of(
                                    "VM.GuestAgent.FileRead",
                                    "VM.GuestAgent.FileSystemMgmt",
                                    "VM.GuestAgent.FileWrite"),
                            List.of("VM.GuestAgent.Audit")));

    private static final List<Group> ONLY_8 =
            List.of(new Group("VM", List.of(), List.of("VM.Monitor"), List.of(), List.of()));

    private final Map<String, Set<String>> roles = new LinkedHashMap<>();

    Roles(int major) {
        roles.put("NoAccess", new TreeSet<>());
        add("PVETemplateUser", List.of("VM.Clone", "VM.Audit"));
        COMMON.forEach(this::add);
        (major == 8 ? ONLY_8 : ONLY_9).forEach(this::add);
        privileges("PVEAdmin").remove("Mapping.Modify");
    }

    private void add(Group group) {
        add("Administrator", group.root, group.admin, group.user, group.audit);
        add("PVEAdmin", group.admin, group.user, group.audit);
        add("PVE" + group.name + "Admin", group.admin, group.user, group.audit);
        if (!group.user.isEmpty()) {
            add("PVE" + group.name + "User", group.user, group.audit);
        }
        add("PVEAuditor", group.audit);
    }

    @SafeVarargs
    private void add(String role, List<String>... privileges) {
        for (List<String> some : privileges) {
            roles.computeIfAbsent(role, _ -> new TreeSet<>()).addAll(some);
        }
    }

    /** A role of its own; a privilege that this version lacks is a mistake of the test. */
    void define(String role, List<String> privileges) {
        for (String privilege : privileges) {
            if (!all().contains(privilege)) {
                throw new IllegalArgumentException("invalid privilege '%s'".formatted(privilege));
            }
        }
        roles.put(role, new TreeSet<>(privileges));
    }

    Set<String> all() {
        return privileges("Administrator");
    }

    Set<String> privileges(String role) {
        Set<String> privileges = roles.get(role);
        if (privileges == null) {
            throw new IllegalArgumentException("role '%s' does not exist".formatted(role));
        }
        return privileges;
    }

    Map<String, Set<String>> byName() {
        return roles;
    }
}
