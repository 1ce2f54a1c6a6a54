package dev.culvert.daemon.client.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.infra.Disk;
import dev.culvert.infra.Guest;
import dev.culvert.infra.Guest.Hardware;
import dev.culvert.infra.Guest.Source;
import dev.culvert.infra.Guest.Wishes;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.Nic;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TerraformFilesTest {
    private static final Wishes NONE =
            new Wishes(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());

    /* What stands in Proxmox is not the user's own: Terraform would read the file here. */
    @Test
    void whatProxmoxSaysIsNoTemplate() {
        List<Disk> disks =
                List.of(
                        new Disk("rootfs", "local", 8L << 30, ""),
                        new Disk("mp0", "local", 8L << 30, "/srv/${file(\"/etc/passwd\")}%{if 1}"));
        Guest guest =
                new Guest(
                        new GuestId("lab", 101),
                        GuestKind.CT,
                        "web-1",
                        "pve1",
                        new Hardware(Optional.empty(), Optional.empty(), disks, List.of()),
                        new Source.Blank(),
                        NONE);

        assertThat(TerraformFiles.of(List.of(guest)).get("infra/terraform/guests.tf.json"))
                .contains("\"path\": \"/srv/$${file(\\\"/etc/passwd\\\")}%%{if 1}\"");
    }

    @Test
    void theModelOfACardIsAWord() {
        assertThatThrownBy(() -> new Nic("vmbr0", 0, "${file(\"/etc/passwd\")}", "", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model is")
                .hasMessageContaining("virtio");
    }
}
