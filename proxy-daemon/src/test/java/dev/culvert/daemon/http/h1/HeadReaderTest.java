package dev.culvert.daemon.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.http.Authority;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OtherHosts;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.RequestTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadReaderTest {
    private final HeadReader reader = new HeadReader(OtherHosts.NONE);
    private Head head = Head.unreadable();

    private void read(String lines) {
        ByteBuf bytes = bytes(lines);
        head = reader.read(bytes, bytes.readableBytes());
    }

    private static ByteBuf bytes(String lines) {
        return Unpooled.wrappedBuffer((lines + "\r\n").getBytes(ISO_8859_1));
    }

    private void readHeaders(String lines) {
        read("GET / HTTP/1.1\r\n" + lines);
    }

    @Test
    void takesTheSameBytesForTheSameHeadOfAnotherRequest() {
        String lines = "POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n";
        read(lines);
        ByteBuf more = Unpooled.wrappedBuffer(bytes(lines), Unpooled.wrappedBuffer(new byte[2]));

        Head again = Objects.requireNonNull(reader.again(more));

        assertThat(more.readableBytes()).isEqualTo(2);
        assertThat(again.method()).isEqualTo(HttpMethod.POST);
        assertThat(again.uri()).isEqualTo("/a?b=c");
        assertThat(again.first(Header.HOST)).isEqualTo("h");
        assertThat(again.contentLength()).isEqualTo(2);
        assertThat(again.id()).isNotEqualTo(head.id());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /b HTTP/1.1\r\nHost: h\r\n",
                "POST /a HTTP/1.1\r\nHost: h",
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n",
                "\r\nPOST /a HTTP/1.1\r\nHost: h\r\n"
            })
    void takesNoOtherBytesForTheHeadBefore(String lines) {
        read("POST /a HTTP/1.1\r\nHost: h\r\n");
        ByteBuf others = bytes(lines);
        int length = others.readableBytes();

        assertThat(reader.again(others)).isNull();
        assertThat(others.readableBytes()).isEqualTo(length);
    }

    @Test
    void readsALongHeadEachTime() {
        String lines = "POST /a HTTP/1.1\r\nHost: " + "h".repeat(600) + "\r\n";
        read(lines);

        assertThat(reader.again(bytes(lines))).isNull();
    }

    @Test
    void hasWhatStandsInTheRequestLine() {
        read("DELETE /a?b=c HTTP/1.1\r\n");

        assertThat(head.method()).isEqualTo(HttpMethod.DELETE);
        assertThat(head.target().path()).isEqualTo("/a");
        assertThat(head.target().query()).containsExactly(Map.entry("b", "c"));
        assertThat(head.isHttp10()).isFalse();
    }

    @Test
    void takesAnEmptyLineFirst() {
        read("\r\nPOST /a HTTP/1.0\r\n");

        assertThat(head.method()).isEqualTo(HttpMethod.POST);
        assertThat(head.isHttp10()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT", "post", "POS", "POSTS", "P"})
    void knowsNoOtherMethod(String method) {
        read(method + " / HTTP/1.1\r\n");

        assertThat(head.method()).isEqualTo(Head.UNKNOWN_METHOD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-request-id:a b",
                "X-Request-Id: a b",
                "X-REQUEST-ID: \t a b \t ",
                "Other: c\r\nx-Request-iD: a b\r\nAnother: d"
            })
    void findsAHeaderHoweverItIsWritten(String line) {
        readHeaders(line + "\r\n");

        assertThat(head.first(Header.X_REQUEST_ID)).isEqualTo("a b");
    }

    @Test
    void findsEachHeaderThatIsRead() {
        for (Header header : Header.values()) {
            readHeaders(header + ": 1\r\n");

            assertThat(head.first(header)).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Hosts: a", "Hos: a", "H-st: a", "xHost: a", "Hos\u0014: a"})
    void takesNoOtherNameForIt(String line) {
        readHeaders(line + "\r\n");

        assertThat(head.has(Header.HOST)).isFalse();
    }

    @Test
    void keepsBytesAboveAscii() {
        readHeaders("Host: \u00e9\r\n");
        assertThat(head.first(Header.HOST)).isEqualTo("\u00e9");

        readHeaders("Host: \u00e9\r\n");
        assertThat(head.first(Header.HOST)).isEqualTo("\u00e9");
    }

    @Test
    void hasNothingOfTheRequestBefore() {
        read(
                """
                POST /a HTTP/1.0\r
                Host: a\r
                Origin: b\r
                Origin: c\r
                Content-Length: 5\r
                Connection: close\r
                Expect: 100-continue\r
                """);
        read("GET /b HTTP/1.1\r\nHost: c\r\n");

        assertThat(head.method()).isEqualTo(HttpMethod.GET);
        assertThat(head.target().path()).isEqualTo("/b");
        assertThat(head.isHttp10()).isFalse();
        assertThat(head.first(Header.HOST)).isEqualTo("c");
        assertThat(head.first(Header.ORIGIN)).isNull();
        assertThat(head.atMostOne(Header.ORIGIN)).isNull();
        assertThat(head.contentLength()).isZero();
        assertThat(head.announcesBody()).isFalse();
        assertThat(head.closes()).isFalse();
        assertThat(head.awaitsContinue()).isFalse();
    }

    @Test
    void usesATextAgainOnlyWhereItIsTheSame() {
        readHeaders("Host: abc\r\n");
        String before = head.first(Header.HOST);
        readHeaders("Host: abc\r\n");
        assertThat(head.first(Header.HOST)).isSameAs(before);

        readHeaders("Host: abd\r\n");
        assertThat(head.first(Header.HOST)).isEqualTo("abd");
        readHeaders("Host: ab\r\n");
        assertThat(head.first(Header.HOST)).isEqualTo("ab");
        readHeaders("Host:\r\n");
        assertThat(head.first(Header.HOST)).isEmpty();
    }

    @Test
    void parsesTargetAndHostAgainWhenTheyDiffer() {
        read("GET /a HTTP/1.1\r\nHost: x\r\n");
        RequestTarget target = head.target();
        Authority host = head.host();
        read("GET /a HTTP/1.1\r\nHost: x\r\n");
        assertThat(head.target()).isSameAs(target);
        assertThat(head.host()).isSameAs(host);

        read("GET /b HTTP/1.1\r\nHost: y\r\n");
        assertThat(head.target().path()).isEqualTo("/b");
        assertThat(head.host()).isEqualTo(Authority.parse("y"));
        read("GET http://y/b HTTP/1.1\r\nHost: y\r\n");
        assertThat(head.target().path()).isEqualTo("/b");
        read("GET http://y/b HTTP/1.1\r\nHost: z\r\n");
        assertThatThrownBy(() -> head.target()).isInstanceOf(ProblemException.class);
        read("GET /b HTTP/1.1\r\n");
        assertThatThrownBy(() -> head.host()).isInstanceOf(ProblemException.class);
    }

    @Test
    void tellsWhatStandsTwice() {
        readHeaders("Origin: a\r\nHost: c\r\norigin: b\r\n");

        assertThat(head.first(Header.ORIGIN)).isEqualTo("a");
        assertThat(head.only(Header.ORIGIN)).isNull();
        assertThat(head.atMostOne(Header.HOST)).isEqualTo("c");
        assertThatThrownBy(() -> head.atMostOne(Header.ORIGIN))
                .isInstanceOf(ProblemException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close",
                "Close",
                " close\t",
                "keep-alive, close",
                "close,keep-alive",
                ",close",
                "keep-alive\r\nConnection: x, close , y"
            })
    void closesWhereAnOptionSaysSo(String options) {
        readHeaders("Connection: " + options + "\r\n");

        assertThat(head.closes()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "closed", "clos", "x-close", "", ",", "closeclose"})
    void goesOnOtherwise(String options) {
        readHeaders("Connection: " + options + "\r\n");

        assertThat(head.closes()).isFalse();
    }

    /**
     * Made by chance, of what a {@link HeadGuard} lets pass; each is read behind the one before.
     */
    @Test
    void readsWhatTheCodecOfNettyReads() {
        Random random = new Random(20261121);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = any(random).getBytes(ISO_8859_1);
            HttpRequest expected = decoded(bytes);

            head = reader.read(Unpooled.wrappedBuffer(bytes), bytes.length);

            assertThat(head.method()).isEqualTo(expected.method());
            if (expected.uri().startsWith("/")) {
                assertThat(head.target()).isEqualTo(target(expected));
            }
            assertThat(head.isHttp10()).isEqualTo(expected.protocolVersion().minorVersion() == 0);
            for (Header header : Header.values()) {
                List<String> values = expected.headers().getAll(header.toString());
                assertThat(head.first(header)).isEqualTo(value(header, values));
                assertThat(head.isRepeated(header))
                        .isEqualTo(values.size() > 1 && !header.isList());
            }
            assertThat(!head.isHttp10() && !head.closes())
                    .isEqualTo(!head.isHttp10() && HttpUtil.isKeepAlive(expected));
            if (!head.isRepeated(Header.EXPECT)) { // which is refused
                assertThat(head.awaitsContinue())
                        .isEqualTo(HttpUtil.is100ContinueExpected(expected));
            }
        }
    }

    private static @Nullable String value(Header header, List<String> lines) {
        if (lines.isEmpty()) {
            return null;
        }
        return header.isList() ? String.join(", ", lines) : lines.getFirst();
    }

    private static RequestTarget target(HttpRequest request) {
        return RequestTarget.parse(request.method(), request.uri(), null);
    }

    private static HttpRequest decoded(byte[] head) {
        EmbeddedChannel codec = new EmbeddedChannel(new HttpRequestDecoder());
        codec.writeInbound(Unpooled.wrappedBuffer(head));
        HttpRequest request = codec.readInbound();
        codec.finishAndReleaseAll();
        return request;
    }

    private static String any(Random random) {
        StringBuilder head = new StringBuilder();
        head.append(one(random, "GET", "POST", "PUT", "OPTIONS", "HEAD", "PATCH", "DELETE"))
                .append(one(random, " /", " /a?b=c", " *", " http://localhost/"))
                .append(one(random, " HTTP/1.1\r\n", " HTTP/1.0\r\n"));
        for (int i = random.nextInt(8); i > 0; i--) {
            head.append(
                            random.nextInt(4) == 0
                                    ? one(random, "X-Other", "Hos", "!#$%&'*+-.^_`|~", "A")
                                    : anyCase(random, one(random, Header.values()).toString()))
                    .append(one(random, ":", ": ", ":\t", ":  \t "))
                    .append(
                            one(
                                    random,
                                    "",
                                    "a",
                                    "100-continue",
                                    "close",
                                    "Keep-Alive, Close",
                                    "a b,\tc",
                                    ":",
                                    "\u00e9\u0080"))
                    .append(one(random, "\r\n", " \r\n", "\t\r\n"));
        }
        return head.append("\r\n").toString();
    }

    @SafeVarargs
    private static <T> T one(Random random, T... of) {
        return of[random.nextInt(of.length)];
    }

    private static String anyCase(Random random, String name) {
        return random.nextBoolean() ? name : name.toUpperCase(Locale.ROOT);
    }
}
