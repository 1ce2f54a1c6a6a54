package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.transport.AgentAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert setup} with a daemon whose certificate is of its own authority. */
@Timeout(60)
class SetupOverTlsTest {
    @TempDir private Path folder;

    @Test
    void theAuthorityIsKeptAndUsedWhenItIsRunAgain() throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path cert = Files.writeString(folder.resolve("c.pem"), certificates.chain("server"));
        Path key = Files.writeString(folder.resolve("k.pem"), certificates.key("server"));
        Path authority = Files.writeString(folder.resolve("ca.pem"), certificates.chain("issuer"));
        User me = new User(folder.resolve("config"));
        try (TestDaemon daemon =
                TestDaemon.start(
                        """
                        {"http": {"listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                                  "tls": {"cert": "%s", "key": "%s"}}}
                        """
                                .formatted(cert, key))) {
            AgentAddress.Tcp address = (AgentAddress.Tcp) daemon.daemon().addresses().getLast();
            String url = "https://127.0.0.1:" + address.port();

            CommandRun unknown = me.run("setup", "--yes", "--url", url);
            assertThat(unknown.code()).isEqualTo(3);
            assertThat(unknown.err()).contains("TLS failed", "--ca-file");
            CommandRun first =
                    me.run("setup", "--yes", "--url", url, "--ca-file", authority.toString());
            assertThat(first.code()).as(first.err()).isZero();

            CommandRun again = me.run("setup", "--yes");
            assertThat(again.code()).as(again.err()).isZero();
            assertThat(folder.resolve("config/contexts.jsonc"))
                    .content()
                    .contains("\"ca_file\": \"" + authority + "\"");
            assertThat(me.run("agents").code()).isZero();
        }
    }
}
