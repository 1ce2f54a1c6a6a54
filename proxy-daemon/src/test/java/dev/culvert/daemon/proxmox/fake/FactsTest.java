package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactsTest {
    /** Where Proxmox's own description is not at hand, it says so. */
    @Test
    void areWhatProxmoxSaysOfItsApi() throws Exception {
        Path script = Path.of("src/test/proxmox/reduce.py");
        Process process;
        try {
            process =
                    new ProcessBuilder("python3", script.toString(), "--check")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            notCompared("Proxmox's facts: NOT COMPARED, because python3 cannot be run");
            throw e;
        }
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() == 77) {
            notCompared(said.strip());
        }
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static void notCompared(String why) {
        System.err.println(why);
        Assumptions.abort(why);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void knowWhichPrivilegeAsksAGuestsAgent(int major) {
        Operation ping =
                Facts.of(major).operations().stream()
                        .filter(one -> one.path().equals("/nodes/{node}/qemu/{vmid}/agent/ping"))
                        .findFirst()
                        .orElseThrow();

        assertThat(ping.check().list().get(2).list())
                .extracting(Value::text)
                .isEqualTo(
                        major == 8
                                ? List.of("VM.Monitor")
                                : List.of("VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted"));
    }

    @Test
    void tellBoundsAndChoices() {
        Operation create =
                Facts.of(9).operations().stream()
                        .filter(one -> one.name().equals("POST /nodes/{node}/qemu"))
                        .findFirst()
                        .orElseThrow();

        assertThat(create.parameters().keySet()).contains("net[n]", "args", "vmid");
        assertThat(create.parameter("net7")).isNotNull();
        assertThat(create.parameter("net[n]")).isNull();
        assertThat(Objects.requireNonNull(create.parameter("vmid")).bounds().minimum())
                .isEqualByComparingTo("100");
        assertThat(Objects.requireNonNull(create.parameter("ostype")).enumeration())
                .contains("l26");
    }
}
