package dev.culvert.daemon.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedBodyTest {
    private static final String HEAD =
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5",
                "005",
                "5;a",
                "5 ;a",
                "5\t; a",
                "5;a=b",
                "5;a = b",
                "5 ; a\t=\t\"b\"",
                "5;a=\"b;=\\\"\\\\ \t\"",
                "5;a;b=c ;d=\"\"",
            })
    void takesExtensionsAsTheStandardHasThem(String line) {
        try (EmbeddedServer server = new EmbeddedServer(TestServer.settings())) {
            server.send(HEAD + line + "\r\nhello\r\n0" + line.substring(line.indexOf('5') + 1));
            server.send("\r\n\r\n");
            assertThat(server.received()).startsWith("HTTP/1.1 200 OK").endsWith("hello");
        }
    }

    @Test
    void putsABodyOfManySmallChunksTogether() {
        StringBuilder chunks = new StringBuilder(HEAD);
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            String piece = String.valueOf(i).repeat(i % 400 == 0 ? 400 : 1);
            body.append(piece);
            chunks.append(Integer.toHexString(piece.length())).append("\r\n");
            chunks.append(piece).append("\r\n");
        }
        String whole = chunks.append("0\r\n\r\n").toString();
        for (int part : new int[] {whole.length(), 1_000, 7, 1}) {
            try (EmbeddedServer server = new EmbeddedServer(TestServer.settings())) {
                for (int at = 0; at < whole.length(); at += part) {
                    server.send(whole.substring(at, Math.min(at + part, whole.length())));
                }
                assertThat(server.received()).as("in parts of " + part).endsWith("\r\n\r\n" + body);
            }
        }
    }
}
