package dev.culvert.daemon.client.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortHolderTest {
    @TempDir Path proc;

    @Test
    void namesThisProcessAsTheHolderOfItsPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(new PortHolder(Path.of("/proc")).of(socket.getLocalPort()))
                    .hasValueSatisfying(it ->
                            assertThat(it)
                                    .startsWith("process " + ProcessHandle.current().pid() + " ("));
        }
    }

    @Test
    void aCommandLineIsQuotedAndItsEndIsKept() throws Exception {
        Path process = proc.resolve("42");
        Files.createDirectories(process.resolve("fd"));
        Files.createSymbolicLink(process.resolve("fd/3"), Path.of("socket:[99]"));
        Files.writeString(process.resolve("cmdline"), "x".repeat(300) + "\0\u001b[31m\0web\0");
        table("0100007F:1F90 00000000:0000 0A");

        String holder = new PortHolder(proc).of(8080).orElseThrow();

        assertThat(holder).startsWith("process 42 (…x").endsWith("web)").doesNotContain("\u001b");
    }

    @Test
    void aConnectionIsNoListener() throws Exception {
        table("0100007F:1F90 0100007F:1234 01");

        assertThat(new PortHolder(proc).of(8080)).isEmpty();
    }

    @Test
    void withoutTheKernelsTablesNobodyIsNamed() {
        assertThat(new PortHolder(proc.resolve("none")).of(8080)).isEmpty();
    }

    private void table(String addressesAndState) throws Exception {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(
                proc.resolve("net/tcp"),
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                        + "   0: "
                        + addressesAndState
                        + " 00000000:00000000 00:00000000 00000000  1000        0 99 1 x\n");
    }
}
