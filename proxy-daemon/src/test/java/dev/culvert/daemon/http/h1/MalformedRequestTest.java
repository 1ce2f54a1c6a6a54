package dev.culvert.daemon.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each probe gets its status and a closed connection, and nothing behind it is answered. */
class MalformedRequestTest {
    record Probe(int status, String name, String bytes) {
        @Override
        public String toString() {
            return name + " → " + status;
        }
    }

    private static final String OK = "Host: localhost\r\n";
    private static final String SMUGGLED = "GET /agents/smuggled HTTP/1.1\r\n" + OK + "\r\n";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer(TestServer.settings());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<Probe> probes() {
        List<Probe> probes = new ArrayList<>();
        requestLines(probes);
        targets(probes);
        hosts(probes);
        headers(probes);
        lengths(probes);
        chunks(probes);
        limits(probes);
        return probes;
    }

    private static void requestLines(List<Probe> to) {
        line(to, 400, "an empty method", " /echo HTTP/1.1");
        line(to, 400, "two blanks before the target", "GET  /echo HTTP/1.1");
        line(to, 400, "two blanks before the version", "GET /echo  HTTP/1.1");
        line(to, 400, "a blank behind the version", "GET /echo HTTP/1.1 ");
        line(to, 400, "a tab before the target", "GET\t/echo HTTP/1.1");
        line(to, 400, "a tab before the version", "GET /echo\tHTTP/1.1");
        line(to, 400, "a vertical tab before the version", "GET /echo\u000bHTTP/1.1");
        line(to, 400, "a form feed before the version", "GET /echo\fHTTP/1.1");
        line(to, 400, "a bare CR before the version", "GET /echo\rHTTP/1.1");
        line(to, 400, "a bare CR in the method", "GE\rT /echo HTTP/1.1");
        line(to, 400, "a NUL in the method", "GE\0T /echo HTTP/1.1");
        line(to, 400, "a quoted method", "\"GET\" /echo HTTP/1.1");
        line(to, 400, "a method with a colon", "GET: /echo HTTP/1.1");
        line(to, 400, "no version", "GET /echo");
        line(to, 400, "no target", "GET HTTP/1.1");
        line(to, 400, "nothing but a method", "GET");
        line(to, 400, "a lower-case version", "GET /echo http/1.1");
        line(to, 400, "a mixed-case version", "GET /echo Http/1.1");
        line(to, 400, "a version without a dot", "GET /echo HTTP/11");
        line(to, 400, "a version with more digits", "GET /echo HTTP/1.10");
        line(to, 400, "a version with a leading zero", "GET /echo HTTP/01.1");
        line(to, 400, "a version without a minor one", "GET /echo HTTP/1.");
        line(to, 400, "another protocol's version", "GET /echo ICY/1.1");
        line(to, 400, "a letter for a digit", "GET /echo HTTP/1.x");
        line(to, 505, "HTTP/2.0", "GET /echo HTTP/2.0");
        line(to, 505, "HTTP/1.2", "GET /echo HTTP/1.2");
        line(to, 505, "HTTP/0.9", "GET /echo HTTP/0.9");
        add(to, 505, "nearly the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\n\r\n");
        add(to, 400, "the start of TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001");
        line(to, 501, "an unknown method", "BREW /echo HTTP/1.1");
        line(to, 501, "a lower-case method", "get /echo HTTP/1.1");
        line(to, 501, "TRACE", "TRACE /echo HTTP/1.1");
        line(to, 501, "CONNECT", "CONNECT localhost:1 HTTP/1.1");
        line(to, 501, "a long method", "M".repeat(40) + " /echo HTTP/1.1");
        add(to, 400, "LF alone behind the request line", "GET /echo HTTP/1.1\n" + OK + "\r\n");
        add(to, 400, "two empty lines first", "\r\n\r\n" + SMUGGLED);
        add(to, 400, "LF first", "\n" + SMUGGLED);
        add(to, 400, "a CR alone first", "\rGET /echo HTTP/1.1\r\n" + OK + "\r\n");
    }

    private static void targets(List<Probe> to) {
        line(to, 400, "an asterisk for GET", "GET * HTTP/1.1");
        line(to, 400, "no slash", "GET echo HTTP/1.1");
        line(to, 400, "a NUL in the target", "GET /ec\0ho HTTP/1.1");
        line(to, 400, "a control character in the target", "GET /ec\u0001ho HTTP/1.1");
        line(to, 400, "DEL in the target", "GET /ec\u007fho HTTP/1.1");
        line(to, 400, "a raw byte above ASCII in the target", "GET /agents/\u00e9 HTTP/1.1");
        line(to, 400, "a fragment", "GET /echo#top HTTP/1.1");
        line(to, 400, "half an escape", "GET /agents/%4 HTTP/1.1");
        line(to, 400, "an escape without digits", "GET /agents/%zz HTTP/1.1");
        line(to, 400, "an escape at the end", "GET /agents/a% HTTP/1.1");
        line(to, 400, "an escape with a sign", "GET /agents/%+1 HTTP/1.1");
        line(to, 400, "an escaped NUL in the path", "GET /agents/%00 HTTP/1.1");
        line(to, 400, "an escaped line break in the path", "GET /agents/a%0d%0ab HTTP/1.1");
        line(to, 400, "escapes that are no UTF-8", "GET /agents/%ff%fe HTTP/1.1");
        line(to, 400, "an overlong escape", "GET /agents/%c0%af HTTP/1.1");
        line(to, 400, "half an escape in the query", "GET /agents/a?q=%4 HTTP/1.1");
        line(to, 400, "a query that is no UTF-8", "GET /agents/a?q=%ff HTTP/1.1");
        line(to, 400, "a parameter twice", "GET /agents/a?q=1&q=2 HTTP/1.1");
        line(to, 400, "too many parameters", "GET /agents/a?" + many(100) + " HTTP/1.1");
        line(to, 400, "another scheme", "GET https://localhost/echo HTTP/1.1");
        line(to, 400, "another host than Host", "GET http://127.0.0.1/echo HTTP/1.1");
        line(to, 400, "an absolute target without a path", "GET http://localhost HTTP/1.1");
    }

    private static String many(int parameters) {
        StringBuilder query = new StringBuilder();
        for (int i = 0; i < parameters; i++) {
            query.append('&').append('p').append(i);
        }
        return query.toString();
    }

    private static void hosts(List<Probe> to) {
        get(to, 400, "no Host", "");
        get(to, 400, "two Hosts", "Host: localhost\r\nHost: localhost\r\n");
        get(to, 400, "an empty Host", "Host:\r\n");
        get(to, 400, "a Host of blanks", "Host:   \r\n");
        get(to, 400, "two Hosts in one", "Host: localhost, localhost\r\n");
        get(to, 400, "a Host with user information", "Host: me@localhost\r\n");
        get(to, 400, "a Host with a path", "Host: localhost/x\r\n");
        get(to, 400, "a Host with a query", "Host: localhost?x\r\n");
        get(to, 400, "a Host with a scheme", "Host: http://localhost\r\n");
        get(to, 400, "a Host with an empty port", "Host: localhost:\r\n");
        get(to, 400, "a Host with a word for a port", "Host: localhost:http\r\n");
        get(to, 400, "a Host with a port too high", "Host: localhost:65536\r\n");
        get(to, 400, "a Host with two ports", "Host: localhost:1:2\r\n");
        get(to, 400, "a Host of only a port", "Host: :80\r\n");
        get(to, 400, "a Host with a blank in it", "Host: local host\r\n");
        get(to, 400, "a Host with an open bracket", "Host: [::1\r\n");
        get(to, 400, "a Host with text behind the bracket", "Host: [::1]x\r\n");
        get(to, 400, "a Host that is no IPv6 address", "Host: [::g]\r\n");
        get(to, 400, "a Host with a zone", "Host: [fe80::1%eth0]\r\n");
        get(to, 403, "a foreign Host", "Host: evil.example\r\n");
        get(to, 403, "a foreign Host that begins like ours", "Host: localhost.evil.example\r\n");
        get(to, 403, "a foreign Origin", OK + "Origin: http://evil.example\r\n");
        get(to, 403, "an Origin of another port", OK + "Origin: http://localhost:1\r\n");
        get(to, 403, "an Origin of null", OK + "Origin: null\r\n");
        get(to, 403, "a page of another site", OK + "Sec-Fetch-Site: cross-site\r\n");
        get(to, 403, "a page of another port", OK + "Sec-Fetch-Site: same-site\r\n");
        get(to, 400, "two Origins", OK + "Origin: http://a\r\nOrigin: http://a\r\n");
    }

    private static void headers(List<Probe> to) {
        get(to, 400, "a folded line", OK + "X-A: b\r\n c\r\n");
        get(to, 400, "a line folded by a tab", OK + "X-A: b\r\n\tc\r\n");
        get(to, 400, "a first line with a blank", " " + OK);
        get(to, 400, "a blank before the colon", "Host : localhost\r\n");
        get(to, 400, "a tab before the colon", "Host\t: localhost\r\n");
        get(to, 400, "a line without a colon", OK + "X-A\r\n");
        get(to, 400, "an empty name", OK + ": b\r\n");
        get(to, 400, "a NUL in a name", OK + "X\0A: b\r\n");
        get(to, 400, "a blank in a name", OK + "X A: b\r\n");
        get(to, 400, "a bracket in a name", OK + "X[A]: b\r\n");
        get(to, 400, "a byte above ASCII in a name", OK + "X\u00e9: b\r\n");
        get(to, 400, "a NUL in a value", OK + "X-A: b\0c\r\n");
        get(to, 400, "a control character in a value", OK + "X-A: b\u0008c\r\n");
        get(to, 400, "DEL in a value", OK + "X-A: b\u007fc\r\n");
        get(to, 400, "a bare CR in a value", OK + "X-A: b\rc\r\n");
        get(to, 400, "a bare CR before CR LF", OK + "X-A: b\r\r\n");
        get(to, 400, "LF alone behind a header", "Host: localhost\nX-A: b\r\n");
        get(to, 417, "another Expect", OK + "Expect: the-best\r\n");
        get(to, 415, "a compressed body", OK + "Content-Encoding: gzip\r\n");
        add(to, 400, "LF alone at the end", "GET /echo HTTP/1.1\r\n" + OK + "\n" + SMUGGLED);
    }

    private static void lengths(List<Probe> to) {
        post(to, 400, "two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", "ab");
        post(to, 400, "one length twice", "Content-Length: 1\r\nContent-Length: 1\r\n", "a");
        post(to, 400, "a list of lengths", "Content-Length: 1, 1\r\n", "a");
        post(to, 400, "a length with a plus", "Content-Length: +1\r\n", "a");
        post(to, 400, "a negative length", "Content-Length: -1\r\n", "");
        post(to, 400, "a hexadecimal length", "Content-Length: 0x1\r\n", "a");
        post(to, 400, "a length with a blank in it", "Content-Length: 1 1\r\n", "a");
        post(to, 400, "an empty length", "Content-Length:\r\n", "");
        post(to, 400, "a length beyond 64 bits", "Content-Length: 99999999999999999999\r\n", "");
        post(to, 413, "a length beyond the limit", "Content-Length: 9999999\r\n", "");
        post(
                to,
                400,
                "length and chunks",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "0\r\n\r\n");
        post(
                to,
                400,
                "chunks and length",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "0\r\n\r\n");
        post(to, 400, "chunked twice", "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n");
        post(
                to,
                400,
                "two codings in two lines",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "0\r\n\r\n");
        post(to, 400, "an empty coding", "Transfer-Encoding:\r\n", "");
        post(to, 400, "more behind chunked", "Transfer-Encoding: chunkedx\r\n", "0\r\n\r\n");
        post(to, 501, "another coding", "Transfer-Encoding: gzip\r\n", "");
        post(
                to,
                501,
                "another coding before chunked",
                "Transfer-Encoding: gzip, chunked\r\n",
                "0\r\n\r\n");
        post(to, 501, "a quoted coding", "Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n");
        add(
                to,
                400,
                "chunks in HTTP/1.0",
                "POST /echo HTTP/1.0\r\n" + OK + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        add(
                to,
                400,
                "two lengths in HTTP/1.0",
                "POST /echo HTTP/1.0\r\n"
                        + OK
                        + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    }

    private static void chunks(List<Probe> to) {
        chunk(to, 400, "an empty size", "\r\n\r\n");
        chunk(to, 400, "a size that is no number", "xyz\r\nabc\r\n0\r\n\r\n");
        chunk(to, 400, "a size with 0x", "0x1\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a size with a sign", "-1\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a size with a plus", "+1\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a blank before the size", " 1\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a blank behind the size", "1 \r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a size beyond 32 bits", "100000001\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "LF alone behind the size", "1\na\r\n0\r\n\r\n");
        chunk(to, 400, "LF alone behind the chunk", "1\r\na\n0\r\n\r\n");
        chunk(to, 400, "more bytes than the size", "1\r\nab\r\n0\r\n\r\n");
        chunk(to, 400, "a bare semicolon", "1;\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a semicolon and a blank", "1; \r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a blank behind an extension", "1;a=b \r\na\r\n0\r\n\r\n");
        chunk(to, 400, "no token as a name", "1;bad[=x\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "an extension without its value", "1;a=\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a semicolon at the end", "1;a=b;\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "two semicolons", "1;;a=b\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "two values", "1;a=b c\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a token behind a quoted value", "1;a=\"b\"c\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a backslash at the end", "1;a=\"b\\\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a bare CR in an extension", "1;a=\rb\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "LF in a quoted extension", "1;a=\"\nb\"\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a quote without end", "1;a=\"b\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "an escaped quote at the end", "1;a=\"b\\\"\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a byte too few", "2\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "a NUL in an extension", "1;a=\0\r\na\r\n0\r\n\r\n");
        chunk(to, 400, "an extension without end", "1;" + "a".repeat(300) + "\r\na\r\n0\r\n\r\n");
        chunk(
                to,
                400,
                "extensions without number",
                ("1;" + "a".repeat(200) + "\r\na\r\n").repeat(40) + "0\r\n\r\n");
        chunk(to, 413, "more than the limit", "fffffff\r\n" + "a".repeat(100_000));
        chunk(to, 400, "a folded trailer", "0\r\nX-A: b\r\n c\r\n\r\n");
        chunk(to, 400, "a trailer without a colon", "0\r\nX-A\r\n\r\n");
        chunk(to, 400, "LF alone behind the last chunk", "0\r\n\n");
        chunk(
                to,
                431,
                "trailers without end",
                "0\r\n" + ("X-A: " + "b".repeat(90) + "\r\n").repeat(60));
    }

    private static void limits(List<Probe> to) {
        line(to, 414, "a target over the limit", "GET /" + "a".repeat(3000) + " HTTP/1.1");
        get(to, 431, "a header over the limit", OK + "X-A: " + "b".repeat(5000) + "\r\n");
        get(to, 431, "headers over the limit", OK + ("X-A: " + "b".repeat(90) + "\r\n").repeat(60));
        get(to, 431, "too many headers", OK + "A:b\r\n".repeat(200));
    }

    private static void line(List<Probe> to, int status, String name, String line) {
        add(to, status, name, line + "\r\n" + OK + "\r\n");
    }

    private static void get(List<Probe> to, int status, String name, String headers) {
        add(to, status, name, "GET /echo HTTP/1.1\r\n" + headers + "\r\n");
    }

    private static void post(List<Probe> to, int status, String name, String headers, String body) {
        add(to, status, name, "POST /echo HTTP/1.1\r\n" + OK + headers + "\r\n" + body);
    }

    private static void chunk(List<Probe> to, int status, String name, String body) {
        post(to, status, "chunks: " + name, "Transfer-Encoding: chunked\r\n", body);
    }

    private static void add(List<Probe> to, int status, String name, String bytes) {
        to.add(new Probe(status, name, bytes));
    }

    /** Those that do not depend on the listener, which is neither loopback nor real here. */
    static List<Probe> probesOfAnyListener() {
        return probes().stream().filter(it -> !it.name().startsWith("a foreign Host")).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("probes")
    void isRefusedAndTheConnectionIsClosed(Probe probe) throws IOException {
        assertRefused(probe, server.exchange(probe.bytes() + SMUGGLED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("probesOfAnyListener")
    void isRefusedAlikeWhenItComesByteByByte(Probe probe) {
        try (EmbeddedServer embedded = new EmbeddedServer(TestServer.settings())) {
            for (char c : (probe.bytes() + SMUGGLED).toCharArray()) {
                embedded.send(String.valueOf(c));
            }
            assertRefused(probe, embedded.received());
            assertThat(embedded.isOpen()).isFalse();
        }
    }

    private static void assertRefused(Probe probe, String answer) {
        assertThat(answer).startsWith("HTTP/1.1 " + probe.status() + " ");
        assertThat(answer).contains("content-type: application/problem+json\r\n");
        assertThat(answer).contains("connection: close\r\n").contains("\"error\":\"");
        assertThat(answer.split("HTTP/1\\.1 \\d{3} ")).hasSize(2);
    }
}
