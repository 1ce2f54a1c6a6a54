package dev.culvert.checks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.checks.Hop.Step;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProxiesTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n\r\n";
    private static final byte[] CONNECTED = {5, 0, 0, 1, 127, 0, 0, 1, 0, 80};

    private static CheckResult check(String url, String through) throws BadCheckException {
        return new Checker(Authorities.USUAL)
                .run(
                        Target.parse(url),
                        Through.parse(through),
                        AddressRule.ANY,
                        Duration.ofSeconds(20));
    }

    private static Hop last(CheckResult result) {
        return result.hops().getLast();
    }

    /** A SOCKS proxy that wants this user and this password, or nobody's; and connects. */
    private static void socks(String login, int port, Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        in.read();
        String methods = new String(in.readNBytes(in.read()), US_ASCII);
        boolean wantsLogin = !login.isEmpty();
        if (wantsLogin && methods.indexOf(2) < 0) {
            out.write(new byte[] {5, (byte) 0xff});
            return;
        }
        out.write(new byte[] {5, (byte) (wantsLogin ? 2 : 0)});
        if (wantsLogin) {
            in.read();
            String shown = new String(in.readNBytes(in.read()), UTF_8);
            shown += ":" + new String(in.readNBytes(in.read()), UTF_8);
            out.write(new byte[] {1, (byte) (shown.equals(login) ? 0 : 1)});
            if (!shown.equals(login)) {
                return;
            }
        }
        in.readNBytes(3);
        int bytes =
                switch (in.read()) {
                    case 1 -> 4;
                    case 4 -> 16;
                    default -> in.read();
                };
        in.readNBytes(bytes + 2);
        out.write(CONNECTED);
        try (Socket there = new Socket(InetAddress.getLoopbackAddress(), port)) {
            TestServer.join(socket, there);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://server.invalid/", "http://127.0.0.1/", "http://[::1]/"})
    void aSocksProxyConnectsAndLooksTheNameUpItself(String url) throws Exception {
        try (TestServer server = TestServer.answering(OK);
                TestServer proxy =
                        TestServer.playing((socket, _, _) -> socks("", server.port(), socket))) {
            CheckResult result = check(url, "socks5://127.0.0.1:" + proxy.port());
            assertThat(result.verdict()).isEqualTo(Verdict.REACHABLE);
            assertThat(result.through()).isEqualTo("socks5://127.0.0.1:" + proxy.port());
            assertThat(result.hops())
                    .extracting(Hop::step)
                    .containsExactly(Step.DNS, Step.TCP, Step.PROXY, Step.HTTP);
        }
    }

    @Test
    void aSocksProxyIsShownTheUserAndNobodyElseIs() throws Exception {
        try (TestServer server = TestServer.answering(OK);
                TestServer proxy =
                        TestServer.playing(
                                (socket, _, _) -> socks("me:pass@word", server.port(), socket))) {
            String at = "127.0.0.1:" + proxy.port();
            CheckResult result = check("http://a.invalid/", "socks5://me:pass%40word@" + at);
            assertThat(result.verdict()).isEqualTo(Verdict.REACHABLE);
            assertThat(result.json()).doesNotContain("pass");
            assertThat(last(check("http://a.invalid/", "socks5://me:wrong@" + at)).detail())
                    .isEqualTo("the SOCKS proxy refuses this user or this password");
            assertThat(last(check("http://a.invalid/", "socks5://" + at)).detail())
                    .isEqualTo("the SOCKS proxy refuses callers that it does not know");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, it failed",
        "2, its rules forbid it",
        "3, its network has no way there",
        "4, 'it cannot reach the host, or does not know its name'",
        "5, the target refused the connection",
        "6, the packets lived too short",
        "7, it cannot connect",
        "8, it does not take this kind of address",
        "9, its reply is 9"
    })
    void eachRefusalOfASocksProxyHasWords(int reply, String why) throws Exception {
        try (TestServer proxy =
                TestServer.playing((_, in, out) -> {
                    in.readNBytes(3);
                    out.write(new byte[] {5, 0});
                    in.readNBytes(5);
                    out.write(new byte[] {5, (byte) reply, 0, 1, 0, 0, 0, 0, 0, 0});
                })) {
            CheckResult result = check("tcp://a.invalid:5", "socks5://127.0.0.1:" + proxy.port());
            assertThat(last(result).step()).isEqualTo(Step.PROXY);
            assertThat(last(result).detail()).isEqualTo("the SOCKS proxy does not connect: " + why);
            assertThat(last(result).advice()).isNotEmpty();
        }
    }

    @Test
    void anHttpProxyIsAskedToConnectAndShownTheUser() throws Exception {
        String[] asked = new String[1];
        try (TestServer server = TestServer.playing((_, in, _) -> in.read());
                TestServer proxy =
                        TestServer.playing((socket, in, out) -> {
                            asked[0] = TestServer.head(in);
                            out.write("HTTP/1.0 200 Yes\r\nvia: x\r\n\r\n".getBytes(UTF_8));
                            try (Socket there =
                                    new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                                TestServer.join(socket, there);
                            }
                        })) {
            CheckResult result =
                    check("tcp://db.invalid:5432", "http://u:p@127.0.0.1:" + proxy.port());
            assertThat(result.verdict()).isEqualTo(Verdict.REACHABLE);
            assertThat(last(result).detail()).isEqualTo("the HTTP proxy answered 200 and connects");
            assertThat(asked[0])
                    .startsWith("CONNECT db.invalid:5432 HTTP/1.1\r\nhost: db.invalid:5432\r\n")
                    .contains("proxy-authorization: Basic dTpw\r\n");
            assertThat(result.through()).isEqualTo("http://127.0.0.1:" + proxy.port());
        }
    }

    @Test
    void anHttpProxyIsAskedForAPlainUrlAsBrowsersDo() throws Exception {
        try (TestServer proxy = TestServer.answering("HTTP/1.1 404 Not Found\r\n\r\n")) {
            CheckResult result =
                    check("http://a.invalid:81/b", "http://u:p@127.0.0.1:" + proxy.port());
            assertThat(result.status()).isEqualTo(404);
            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .startsWith("GET http://a.invalid:81/b HTTP/1.1\r\nhost: a.invalid:81\r\n")
                    .contains("proxy-authorization: Basic dTpw\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "407, wants to know who asks",
        "403, The rules of the proxy forbid a.invalid:443",
        "502, The proxy cannot reach a.invalid:443",
        "429, limits how often",
        "500, Look at the log of the proxy"
    })
    void eachRefusalOfAnHttpProxySaysWhatToDo(int status, String advice) throws Exception {
        try (TestServer proxy = TestServer.answering("HTTP/1.1 " + status + " No\r\n\r\n")) {
            CheckResult result = check("https://a.invalid/", "http://127.0.0.1:" + proxy.port());
            assertThat(last(result).step()).isEqualTo(Step.PROXY);
            assertThat(last(result).detail()).isEqualTo("the HTTP proxy answered " + status);
            assertThat(last(result).advice()).contains(advice);
        }
    }

    @Test
    void aProxyForPlainUrlsThatWantsAPasswordFailsAtTheProxy() throws Exception {
        try (TestServer proxy = TestServer.answering("HTTP/1.1 407 No\r\n\r\n")) {
            CheckResult result = check("http://a.invalid/", "http://127.0.0.1:" + proxy.port());
            assertThat(last(result).step()).isEqualTo(Step.PROXY);
            assertThat(result.verdict()).isEqualTo(Verdict.UNREACHABLE);
        }
    }

    @Test
    void aProxyOfTheOtherKindIsNoticed() throws Exception {
        try (TestServer http = TestServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n");
                TestServer socks =
                        TestServer.playing((_, in, out) -> {
                            in.read();
                            out.write(new byte[] {5, (byte) 0xff});
                        })) {
            assertThat(
                            last(check("https://a.invalid/", "http://127.0.0.1:" + socks.port()))
                                    .advice())
                    .contains("socks5://HOST:PORT");
            assertThat(http.port()).isPositive();
        }
        try (TestServer http =
                TestServer.playing((_, in, out) -> {
                    in.readNBytes(3);
                    out.write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(US_ASCII));
                })) {
            assertThat(
                            last(check("https://a.invalid/", "socks5://127.0.0.1:" + http.port()))
                                    .advice())
                    .contains("http://HOST:PORT");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://h:1",
                "http://h",
                "socks5://",
                "http://user:se cret@h:1",
                "socks4://user:secret@h:1",
                "h:1"
            })
    void aProxyThatCannotBeUsedIsRefusedWithoutItsPassword(String through) {
        assertThatThrownBy(() -> Through.parse(through))
                .isInstanceOf(BadCheckException.class)
                .message()
                .doesNotContain("cret")
                .isNotBlank();
    }
}
