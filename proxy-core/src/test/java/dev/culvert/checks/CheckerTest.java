package dev.culvert.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.checks.Hop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CheckerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static TestAuthority authority;
    private static Checker checker;

    @BeforeAll
    static void makeCertificates(@TempDir Path folder) throws Exception {
        authority = new TestAuthority(folder);
        checker = new Checker(new Authorities(Optional.of(authority.file())));
    }

    private static CheckResult check(String url) throws BadCheckException {
        return check(url, "");
    }

    private static CheckResult check(String url, String through) throws BadCheckException {
        return checker.run(Target.parse(url), Through.parse(through), AddressRule.ANY, TIMEOUT);
    }

    private static List<Step> steps(CheckResult result) {
        return result.hops().stream().map(Hop::step).toList();
    }

    private static Hop last(CheckResult result) {
        return result.hops().getLast();
    }

    @ParameterizedTest
    @CsvSource({
        "200, REACHABLE",
        "302, REACHABLE",
        "401, REACHABLE",
        "404, REACHABLE",
        "429, REACHABLE",
        "500, UNWELL",
        "503, UNWELL"
    })
    void anAnswerIsReachableUnlessTheServerIsUnwell(int status, Verdict verdict) throws Exception {
        try (TestServer server =
                TestServer.answering("HTTP/1.1 %d Said\r\n\r\n".formatted(status))) {
            CheckResult result = check("http://127.0.0.1:%d/a?b=c".formatted(server.port()));
            assertThat(result.verdict()).isEqualTo(verdict);
            assertThat(result.status()).isEqualTo(status);
            assertThat(steps(result)).containsExactly(Step.DNS, Step.TCP, Step.HTTP);
            assertThat(server.heads())
                    .singleElement()
                    .asString()
                    .startsWith("GET /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:" + server.port());
        }
    }

    @Test
    void interimAnswersAreSkipped() throws Exception {
        try (TestServer server =
                TestServer.answering(
                        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")) {
            assertThat(check("http://127.0.0.1:" + server.port()).status()).isEqualTo(204);
        }
    }

    @Test
    void aTcpTargetNeedsOnlyToTakeConnections() throws Exception {
        try (TestServer server = TestServer.playing((_, in, _) -> in.read())) {
            CheckResult result = check("tcp://localhost:" + server.port());
            assertThat(result.verdict()).isEqualTo(Verdict.REACHABLE);
            assertThat(steps(result)).containsExactly(Step.DNS, Step.TCP);
        }
    }

    @Test
    void aPortWhereNobodyListensFailsAtTcp() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        CheckResult result = check("http://127.0.0.1:" + port);
        assertThat(result.verdict()).isEqualTo(Verdict.UNREACHABLE);
        assertThat(last(result).step()).isEqualTo(Step.TCP);
        assertThat(last(result).advice()).contains("Nothing listens there");
    }

    @Test
    void anUnknownNameFailsAtDns() throws Exception {
        CheckResult result = check("https://no-such-name.invalid/");
        assertThat(last(result).step()).isEqualTo(Step.DNS);
        assertThat(last(result).advice()).contains("/etc/resolv.conf");
        assertThat(result.sentence()).startsWith("not reachable: dns fails");
    }

    @Test
    void aServerThatSaysNothingFailsAtHttpWhenTheTimeIsOver() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (TestServer server =
                TestServer.playing((_, in, _) -> {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                    gone.countDown();
                })) {
            CheckResult result =
                    checker.run(
                            Target.parse("http://127.0.0.1:" + server.port()),
                            Through.DIRECT,
                            AddressRule.ANY,
                            Duration.ofMillis(200));
            assertThat(last(result).step()).isEqualTo(Step.HTTP);
            assertThat(last(result).detail()).isEqualTo("no answer within 200 ms");
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aServerThatDripsFailsWhenTheTimeIsOver() throws Exception {
        try (TestServer server =
                TestServer.playing((_, in, out) -> {
                    TestServer.head(in);
                    while (true) {
                        out.write("HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII));
                        out.flush();
                        sleep();
                    }
                })) {
            CheckResult result =
                    checker.run(
                            Target.parse("http://127.0.0.1:" + server.port()),
                            Through.DIRECT,
                            AddressRule.ANY,
                            Duration.ofMillis(200));
            assertThat(last(result).detail()).isEqualTo("no answer within 200 ms");
        }
    }

    private static void sleep() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1\r\n"})
    void whatSpeaksNoHttpFails(String said) throws Exception {
        try (TestServer server = TestServer.answering(said)) {
            CheckResult result = check("http://127.0.0.1:" + server.port());
            assertThat(last(result).step()).isEqualTo(Step.HTTP);
            assertThat(last(result).detail()).isEqualTo("what it sent is not an answer in HTTP/1");
        }
    }

    @Test
    void aHeadWithoutEndFails() throws Exception {
        try (TestServer server = TestServer.answering("HTTP/1.1 200 " + "a".repeat(20_000))) {
            assertThat(last(check("http://127.0.0.1:" + server.port())).detail())
                    .isEqualTo("the head of the answer is too large");
        }
    }

    @Test
    void aTrustedCertificateIsShownWithItsIssuerAndItsEnd() throws Exception {
        try (TestServer server =
                TestServer.answering(authority.listen("good"), "HTTP/1.1 401 No\r\n\r\n")) {
            CheckResult result = check("https://localhost:%d/".formatted(server.port()));
            assertThat(result.verdict()).isEqualTo(Verdict.REACHABLE);
            assertThat(result.sentence()).isEqualTo("reachable: it answers 401");
            assertThat(steps(result)).containsExactly(Step.DNS, Step.TCP, Step.TLS, Step.HTTP);
            assertThat(result.certificate())
                    .isNotNull()
                    .extracting(Certificate::issuer)
                    .isEqualTo("CN=Test authority");
            assertThat(result.hops().get(2).detail())
                    .startsWith("TLSv1.3, issued by CN=Test authority, valid until 20");
            assertThat(result.json())
                    .contains("\"issuer\":\"CN=Test authority\"", "\"not_after\":\"20");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "expired, the certificate has expired on 20",
        "future, the certificate is valid only from 20",
        "other, the certificate is not for localhost: it is for CN=other"
    })
    void aBadCertificateSaysWhatIsWrongWithIt(String alias, String detail) throws Exception {
        try (TestServer server =
                TestServer.answering(authority.listen(alias), "HTTP/1.1 200 Yes\r\n\r\n")) {
            CheckResult result = check("https://localhost:%d/".formatted(server.port()));
            assertThat(result.verdict()).isEqualTo(Verdict.UNREACHABLE);
            assertThat(last(result).step()).isEqualTo(Step.TLS);
            assertThat(last(result).detail()).startsWith(detail);
            assertThat(last(result).advice()).isNotEmpty();
            assertThat(result.certificate()).isNotNull();
        }
    }

    @Test
    void anIssuerThatNobodyKnowsIsNamed() throws Exception {
        try (TestServer server =
                TestServer.answering(authority.listen("good"), "HTTP/1.1 200 Yes\r\n\r\n")) {
            CheckResult result =
                    new Checker(Authorities.USUAL)
                            .run(
                                    Target.parse("https://localhost:" + server.port()),
                                    Through.DIRECT,
                                    AddressRule.ANY,
                                    TIMEOUT);
            assertThat(last(result).detail())
                    .isEqualTo("nobody here knows who issued the certificate: CN=Test authority");
            assertThat(last(result).advice()).contains("checks.ca_file", "--ca-file");
        }
    }

    @Test
    void aPortWithoutTlsSaysSo() throws Exception {
        try (TestServer server =
                TestServer.playing((_, in, out) -> {
                    in.read();
                    out.write(
                            "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                })) {
            CheckResult result = check("https://localhost:" + server.port());
            assertThat(last(result).detail())
                    .isEqualTo("what answers on this port does not speak TLS");
        }
    }

    @Test
    void aConnectionThatEndsInTheHandshakeFailsAtTls() throws Exception {
        try (TestServer server = TestServer.playing((_, in, _) -> in.read())) {
            CheckResult result = check("https://localhost:" + server.port());
            assertThat(last(result).step()).isEqualTo(Step.TLS);
            assertThat(last(result).ok()).isFalse();
        }
    }

    @Test
    void whoMayOnlyHavePublicAddressesCheckedIsRefusedOthers() throws Exception {
        CheckResult result =
                checker.run(
                        Target.parse("http://localhost:1/"),
                        Through.DIRECT,
                        new PublicAddresses(List.of()),
                        TIMEOUT);
        assertThat(result.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(last(result).detail()).isEqualTo("localhost is not a public address");
        assertThat(last(result).advice()).contains("checks.networks");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.org/",
                "example.org",
                "http://",
                "tcp://example.org",
                "https://a:b@example.org/",
                "http://example.org:99999/",
                "http://exa mple.org/",
                "http://example.org/\r\nx: y"
            })
    void whatCannotBeCheckedIsRefusedInOneSentence(String url) {
        assertThatThrownBy(() -> Target.parse(url))
                .isInstanceOf(BadCheckException.class)
                .message()
                .doesNotContain("\n", "a:b")
                .isNotBlank();
    }

    @Test
    void anAddressOfIpv6IsCheckedInBrackets() throws Exception {
        assertThat(Target.parse("http://[::1]:81/x").hostHeader()).isEqualTo("[::1]:81");
        assertThat(Target.parse("https://[::1]/x").hostHeader()).isEqualTo("[::1]");
    }

    @Test
    void lettersBeyondAsciiAreEscapedInTheRequest() throws Exception {
        assertThat(Target.parse("http://example.org/é?ü").path()).isEqualTo("/%C3%A9?%C3%BC");
    }

    /** A client that leaves must not end the server of the test. */
    @Test
    void theConnectionIsClosedAfterwards() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (TestServer server =
                TestServer.playing((Socket _, java.io.InputStream in, java.io.OutputStream _) -> {
                    if (in.read() < 0) {
                        closed.countDown();
                    }
                })) {
            check("tcp://127.0.0.1:" + server.port());
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
