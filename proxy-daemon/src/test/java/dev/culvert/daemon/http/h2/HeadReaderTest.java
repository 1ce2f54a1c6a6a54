package dev.culvert.daemon.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;

class HeadReaderTest {
    /** Or a client could hide what a proxy appends, by sending a line of its own before. */
    @Test
    void severalLinesOfAListAreOneValueInTheirOrder() {
        Http2Headers headers =
                new DefaultHttp2Headers()
                        .method("GET")
                        .scheme("http")
                        .authority("localhost")
                        .path("/livez")
                        .add("x-forwarded-for", "198.51.100.1")
                        .add("x-forwarded-for", "203.0.113.7")
                        .add("origin", "a")
                        .add("origin", "b");

        Head head = HeadReader.read(headers, false, HttpSettings.DEFAULTS);

        assertThat(head.first(Header.X_FORWARDED_FOR)).isEqualTo("198.51.100.1, 203.0.113.7");
        assertThat(head.isRepeated(Header.X_FORWARDED_FOR)).isFalse();
        assertThat(head.isRepeated(Header.ORIGIN)).isTrue();
    }
}
