package dev.culvert.daemon.proxmox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands in a shell, where a script has the name of {@code pveum} and its refusals. */
class PrivilegesTest {
    private static final String PVEUM =
            """
            #!/bin/sh
            cd "$(dirname "$0")" || exit 9
            case "$1 $2" in
                'role add')
                    [ ! -e "role-$3" ] || { echo "role '$3' already exists" >&2; exit 255; }
                    : > "role-$3" ;;
                'role modify')
                    [ -e "role-$3" ] || { echo "role '$3' does not exist" >&2; exit 255; }
                    echo "$7" >> "role-$3" ;;
                'acl modify') shift 2; echo "$*" >> acl ;;
                *) exit 9 ;;
            esac
            """;

    @TempDir private Path folder;

    private int run(String line) throws Exception {
        Path pveum = Files.writeString(folder.resolve("pveum"), PVEUM);
        Files.setPosixFilePermissions(pveum, PosixFilePermissions.fromString("rwx------"));
        ProcessBuilder builder = new ProcessBuilder(List.of("sh", "-c", line));
        builder.environment().put("PATH", folder + ":/usr/bin:/bin");
        Process process = builder.inheritIO().start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String file(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private static String grant(String privilege) {
        return Privileges.grant("culvert@pve!daemon", "/vms/101", privilege)
                .replace("run on a node: ", "");
    }

    @Test
    void makesTheRoleWhereThereIsNone() throws Exception {
        assertThat(run(grant("VM.PowerMgmt"))).isZero();

        assertThat(file("role-Culvert")).isEqualTo("VM.PowerMgmt\n");
        assertThat(file("acl"))
                .isEqualTo(
                        "/vms/101 --users culvert@pve --tokens culvert@pve!daemon --roles Culvert\n");
    }

    @Test
    void addsToTheRoleThatIsThere() throws Exception {
        Files.writeString(folder.resolve("role-Culvert"), "VM.Audit\n");

        assertThat(run(grant("VM.PowerMgmt"))).isZero();

        assertThat(file("role-Culvert")).isEqualTo("VM.Audit\nVM.PowerMgmt\n");
        assertThat(file("acl")).contains("--roles Culvert");
    }
}
