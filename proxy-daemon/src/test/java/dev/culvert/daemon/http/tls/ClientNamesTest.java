package dev.culvert.daemon.http.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientNamesTest {
    @Test
    void areTheAlternativeNamesAndThenTheCommonName(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates(directory);

        assertThat(ClientNames.of(certificates.certificate("client")))
                .containsExactly("ci.example", "ci@example.org", "spiffe://example/ci", "ci");
        assertThat(ClientNames.of(certificates.certificate("issuer"))).containsExactly("issuer");
    }
}
