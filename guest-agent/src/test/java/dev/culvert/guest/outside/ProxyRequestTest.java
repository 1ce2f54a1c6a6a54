package dev.culvert.guest.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.tunnel.Destination.Egress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyRequestTest {
    @Test
    void connectNamesAHostAndAPort() throws Exception {
        assertThat(ProxyRequest.read("CONNECT Deb.Example.org:443 HTTP/1.1\r\nHost: x\r\n"))
                .isEqualTo(new ProxyRequest.Connect(new Egress("deb.example.org", 443)));
        assertThat(ProxyRequest.read("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n").to())
                .isEqualTo(new Egress("2001:db8::1", 443));
    }

    @Test
    void aRequestWithAnAbsoluteTargetIsMadeTheServersOwn() throws Exception {
        ProxyRequest read =
                ProxyRequest.read(
                        """
                        GET http://deb.example.org/debian/?a=b HTTP/1.1\r
                        Host: elsewhere\r
                        User-Agent: apt\r
                        Proxy-Authorization: Basic c2VjcmV0\r
                        Proxy-Connection: keep-alive\r
                        Connection: keep-alive\r
                        """);
        assertThat(read)
                .isEqualTo(
                        new ProxyRequest.Absolute(
                                new Egress("deb.example.org", 80),
                                "GET /debian/?a=b HTTP/1.1\r\nhost: deb.example.org\r\nUser-Agent: apt\r\nconnection: close\r\n\r\n"));
        assertThat(ProxyRequest.read("HEAD http://h:8080?q HTTP/1.0\n").to())
                .isEqualTo(new Egress("h", 8080));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET / HTTP/1.1\r\n",
                "GET https://h/ HTTP/1.1\r\n",
                "CONNECT h HTTP/1.1\r\n",
                "CONNECT h:0 HTTP/1.1\r\n",
                "CONNECT h:65536 HTTP/1.1\r\n",
                "CONNECT user@h:1 HTTP/1.1\r\n",
                "GET http://user:pass@h/ HTTP/1.1\r\n",
                "GET http:///x HTTP/1.1\r\n",
                "GET http://h/ HTTP/2\r\n",
                "GET http://h/ HTTP/1.1\r\n folded\r\n",
                "GET http://h/ HTTP/1.1\r\nbad name: x\r\n",
            })
    void anythingElseIsRefused(String head) {
        assertThatThrownBy(() -> ProxyRequest.read(head))
                .isInstanceOf(BadProxyRequestException.class);
    }
}
