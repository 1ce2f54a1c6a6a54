package dev.culvert.daemon.http.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientNamesTest {
    @Test
    void areTheAlternativeNamesAndThenTheCommonName() throws Exception {
        TestCertificates certificates = new TestCertificates();

        assertThat(ClientNames.of(certificates.certificate("client")))
                .containsExactly("ci.example", "ci@example.org", "spiffe://example/ci", "ci");
        assertThat(ClientNames.of(certificates.certificate("issuer"))).containsExactly("issuer");
    }
}
