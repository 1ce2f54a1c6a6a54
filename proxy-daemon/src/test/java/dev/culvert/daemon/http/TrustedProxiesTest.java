package dev.culvert.daemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.TrustedProxy;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
    /** Values of both headers that once were of interest, one a line. */
    private static final String CORPUS = "/corpus/forwarded.txt";

    private static final TrustedProxies PROXIES =
            proxies("127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48", "unix");

    private static TrustedProxies proxies(String... texts) {
        return new TrustedProxies(Stream.of(texts).map(TrustedProxy::parse).toList());
    }

    private static SocketAddress peer(String address) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(address), 40_000);
    }

    /** A head with {@code Forwarded} and {@code X-Forwarded-For}, -Host and -Proto. */
    private static Head head(
            @Nullable String forwarded,
            @Nullable String forwardedFor,
            @Nullable String host,
            @Nullable String proto) {
        @Nullable String[] values = new @Nullable String[Header.values().length];
        values[Header.FORWARDED.index()] = forwarded;
        values[Header.X_FORWARDED_FOR.index()] = forwardedFor;
        values[Header.X_FORWARDED_HOST.index()] = host;
        values[Header.X_FORWARDED_PROTO.index()] = proto;
        return new Head(HttpMethod.GET, "/", false, false, values, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7                                  | 203.0.113.7",
                "198.51.100.1, 203.0.113.7                    | 203.0.113.7",
                "198.51.100.1, 203.0.113.7, 10.1.2.3          | 203.0.113.7",
                "10.9.9.9, 10.1.2.3                           | 10.9.9.9",
                "nonsense, 203.0.113.7                        | 203.0.113.7",
                "203.0.113.7, nonsense                        | unknown",
                "203.0.113.7, unknown, 10.1.2.3               | unknown",
                "203.0.113.7:4711                             | 203.0.113.7",
                "2001:DB8:2:0::7                              | 2001:db8:2::7",
                "[2001:db8:2::7]:4711, 2001:db8:1::1          | 2001:db8:2::7",
                "::ffff:203.0.113.7                           | 203.0.113.7",
                "203.0.113.7, ::ffff:10.1.2.3                 | 203.0.113.7",
                "203.0.113.7,, ,10.1.2.3                      | 203.0.113.7",
                "203.0.113.7, 2001:db8:1::1%eth0              | unknown",
                "203.0.113.7, _hidden                         | _hidden",
            })
    void theLastAddressThatIsNoTrustedProxyIsTheClient(String forwardedFor, String client)
            throws Exception {
        Forwarded said =
                Objects.requireNonNull(
                        PROXIES.read(head(null, forwardedFor, null, null), peer("127.0.0.1")));

        assertThat(said.client()).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            quoteCharacter = '`',
            value = {
                "for=203.0.113.7                                        | 203.0.113.7   | -     |"
                        + " -",
                "for=198.51.100.1, For=203.0.113.7;PROTO=HTTPS          | 203.0.113.7   | https |"
                        + " -",
                "for=203.0.113.7;proto=https;host=a.example, for=10.1.2.3;proto=http | 203.0.113.7"
                        + " | https | a.example",
                "for=\"[2001:db8:2::7]:4711\";host=\"a.example:8470\"   | 2001:db8:2::7 | -     |"
                        + " a.example:8470",
                "for=\"_h-1.d_d\\en\"                                   | _h-1.d_den    | -     |"
                        + " -",
                "for=unknown;by=10.0.0.1                                | unknown       | -     |"
                        + " -",
                "by=10.0.0.1;proto=https                                | unknown       | https |"
                        + " -",
                ";;for=203.0.113.7; , ,\t                               | 203.0.113.7   | -     |"
                        + " -",
                "for=203.0.113.7 ; secret=\"a,b;c\"                     | 203.0.113.7   | -     |"
                        + " -",
            })
    void readsTheStandardHeader(
            String forwarded, String client, @Nullable String scheme, @Nullable String host)
            throws Exception {
        Forwarded said =
                Objects.requireNonNull(
                        PROXIES.read(head(forwarded, null, null, null), peer("10.200.0.1")));

        assertThat(said.client()).isEqualTo(client);
        assertThat(said.scheme()).isEqualTo(scheme);
        assertThat(said.host() == null ? null : said.host().text()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=[2001:db8::7]",
                "for",
                "for=",
                "=a",
                "for=a b",
                "for=\"a",
                "for=\"a\\",
                "for=a=b",
                "for=a;for=b",
                "for=a;x",
                "\"for\"=a",
                "for=é"
            })
    void aStandardHeaderThatBreaksItsGrammarIsTheClientsMistake(String forwarded) {
        assertThatThrownBy(() -> PROXIES.read(head(forwarded, null, null, null), peer("127.0.0.1")))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("'Forwarded'");
    }

    @Test
    void nobodyElseIsBelieved() throws Exception {
        Head head = head("for=203.0.113.7", "203.0.113.7", "a.example", "https");

        assertThat(PROXIES.read(head, peer("192.0.2.1"))).isNull();
        assertThat(PROXIES.read(head, peer("2001:db8:2::1"))).isNull();
        assertThat(proxies("10.0.0.0/8").read(head, new DomainSocketAddress("/p"))).isNull();
        assertThat(proxies().isEmpty()).isTrue();
    }

    @Test
    void aProxyOnAUnixSocketIsBelieved() {
        Head head = head(null, "203.0.113.7", "a.example, b.example", "http, https");

        assertThat(PROXIES.read(head, new DomainSocketAddress("/p")))
                .isEqualTo(new Forwarded("203.0.113.7", "https", Authority.parse("b.example")));
        assertThat(PROXIES.read(head, null)).isNotNull();
    }

    @Test
    void aProxyThatForwardsNothingIsTheClient() throws Exception {
        assertThat(PROXIES.read(head(null, null, null, null), peer("127.0.0.1"))).isNull();
        assertThat(PROXIES.read(head(null, null, null, "https"), peer("127.0.0.1")))
                .isEqualTo(new Forwarded("127.0.0.1", "https", null));
    }

    /** A proxy writes one of them and hands on the other as its client sent it. */
    @Test
    void twoHeadersThatNameDifferentClientsAreRefused() throws Exception {
        SocketAddress proxy = peer("127.0.0.1");

        assertThat(PROXIES.read(head("for=203.0.113.7", "203.0.113.7", null, null), proxy))
                .isNotNull();
        assertThatThrownBy(() ->
                        PROXIES.read(head("for=198.51.100.1", "203.0.113.7", null, null), proxy))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("remove the one that it does not write");
    }

    @Test
    void neitherHeaderMayNameMoreProxiesThanAnybodyHas() throws Exception {
        String[] headers = {"for=10.0.0.1,", "10.0.0.1,"};
        SocketAddress proxy = peer("127.0.0.1");

        assertThatThrownBy(() -> PROXIES.read(head(headers[0].repeat(65), null, null, null), proxy))
                .hasMessageContaining("more than 64 proxies");
        assertThatThrownBy(() -> PROXIES.read(head(null, headers[1].repeat(65), null, null), proxy))
                .hasMessageContaining("more than 64 proxies");
    }

    static Stream<String> corpus() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(TrustedProxiesTest.class.getResourceAsStream(CORPUS))) {
            return new String(in.readAllBytes(), UTF_8).lines().toList().stream();
        }
    }

    /** Whatever comes is read, or is the client's mistake; a name from it needs no quoting. */
    @ParameterizedTest
    @MethodSource("corpus")
    void anyTextIsReadOrRefused(String saved) throws Exception {
        Random random = new Random(20261129L + saved.hashCode());
        SocketAddress proxy = peer("127.0.0.1");
        readOrRefused(saved, proxy);
        for (int i = 0; i < 500; i++) {
            readOrRefused(changed(saved, random), proxy);
        }
    }

    private static void readOrRefused(String text, SocketAddress proxy) {
        for (Head head : List.of(head(text, null, null, null), head(null, text, text, text))) {
            try {
                Forwarded said = PROXIES.read(head, proxy);
                if (said != null) {
                    assertThat(said.client()).matches("[0-9a-zA-Z._:-]{1,64}");
                    assertThat(said.scheme()).isIn(null, "http", "https");
                }
            } catch (ProblemException e) {
                assertThat(e.problem().status().code()).as(text).isEqualTo(400);
            }
        }
    }

    private static String changed(String saved, Random random) {
        String parts = "for=;,\"\\[]:_ \t.0af1%é\u0000proto=https;host=unknown";
        StringBuilder text = new StringBuilder(saved);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int from = random.nextInt(parts.length());
            int to = from + 1 + random.nextInt(Math.min(6, parts.length() - from));
            if (random.nextBoolean()) {
                text.insert(at, parts, from, to);
            } else {
                text.replace(at, Math.min(text.length(), at + random.nextInt(5)), "");
            }
        }
        return text.toString();
    }
}
