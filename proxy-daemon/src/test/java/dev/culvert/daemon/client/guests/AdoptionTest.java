package dev.culvert.daemon.client.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdoptionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; -device vhost-vsock-pci,guest-cid=101",
                "-cpu host,+vmx; -cpu host,+vmx -device vhost-vsock-pci,guest-cid=101",
                "-device virtio-rng; -device virtio-rng -device vhost-vsock-pci,guest-cid=101",
            })
    void theDeviceIsAppendedToWhatIsThere(String args, String after) throws Exception {
        Adoption adoption = Adoption.of("101", args, 101, "", false);

        assertThat(adoption.after()).isEqualTo(after);
        assertThat(adoption.isDone()).isFalse();
    }

    @Test
    void aDeviceThatIsThereStays() throws Exception {
        String args = "-device vhost-vsock-pci,id=vsock0,guest-cid=101 -cpu host";

        assertThat(Adoption.of("101", args, 101, "", false).isDone()).isTrue();
        assertThat(Adoption.of("101", args, 101, "", true).isDone()).isTrue();
        assertThatThrownBy(() -> Adoption.of("102", args, 102, "", false))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("the CID 101 already")
                .hasMessageContaining("--renumber");
    }

    @Test
    void aCloneGetsANumberOfItsOwnAndKeepsTheRest() throws Exception {
        String args = "-cpu host -device vhost-vsock-pci,id=v,guest-cid=101,x=1 -smp 2";

        assertThat(Adoption.of("102", args, 102, "", true).after())
                .isEqualTo("-cpu host -device vhost-vsock-pci,id=v,guest-cid=102,x=1 -smp 2");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 2, 0xffff_ffffL})
    void whatIsNoCidOfAGuestIsRefused(long cid) {
        assertThatThrownBy(() -> Adoption.of("101", "", cid, "", false))
                .isInstanceOf(UsageException.class);
    }

    @Test
    void theLineIsForAShellAndSaysWhichConfigurationItIsFor() throws Exception {
        assertThat(Adoption.of("101", "-append 'a b'", 101, "0a1b", false).line())
                .isEqualTo(
                        "qm set 101 --args '-append '\\''a b'\\'' -device"
                                + " vhost-vsock-pci,guest-cid=101' --digest 0a1b");
    }
}
