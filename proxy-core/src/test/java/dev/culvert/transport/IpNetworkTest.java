package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpNetworkTest {
    private static IpAddress address(String text) {
        return Objects.requireNonNull(IpAddress.parse(text), text);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,        10.255.255.255, true",
        "10.0.0.0/8,        11.0.0.0,       false",
        "10.0.0.0/8,        ::ffff:10.1.2.3, true",
        "192.0.2.1,         192.0.2.1,      true",
        "192.0.2.1,         192.0.2.2,      false",
        "192.0.2.1/32,      192.0.2.1,      true",
        "0.0.0.0/0,         203.0.113.7,    true",
        "0.0.0.0/0,         2001:db8::1,    false",
        "::/0,              203.0.113.7,    true",
        "2001:db8::/33,     2001:db8:7fff::1, true",
        "2001:db8::/33,     2001:db8:8000::1, false",
        "fd00:0:0:0:800::/70, fd00::bff:0:0:1, true",
        "fd00:0:0:0:800::/70, fd00::c00:0:0:1, false",
        "::1/128,           ::1,            true",
    })
    void containsWhatBeginsWithTheSameBits(String network, String address, boolean contained) {
        assertThat(IpNetwork.parse(network).contains(address(address))).isEqualTo(contained);
    }

    @Test
    void containsNothingThatIsNoAddress() {
        assertThat(IpNetwork.parse("::/0").contains(null)).isFalse();
        assertThat(IpAddress.parse("localhost")).isNull();
        assertThat(IpAddress.parse("[::1]")).isNull();
        assertThat(IpAddress.parse("fe80::1%1")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,        10.0.0.0/8",
        "192.0.2.1/32,      192.0.2.1",
        "0.0.0.0/0,         0.0.0.0/0",
        "2001:DB8:0:0::/32, 2001:db8::/32",
        "::1,               ::1",
        "::/0,              ::/0",
        "::ffff:192.0.2.1,  192.0.2.1",
    })
    void printsWhatCanBeReadAgain(String text, String printed) {
        assertThat(IpNetwork.parse(text)).hasToString(printed);
        assertThat(IpNetwork.parse(printed)).isEqualTo(IpNetwork.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "::/129",
                "::/1000",
                "10.0.0/8",
                "host",
                "[::1]",
                "10.0.0.0/+8"
            })
    void refusesWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> IpNetwork.parse(text))
                .hasMessage("\"" + text + "\" is no network: it takes ADDRESS or ADDRESS/BITS");
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/8,     10.1.0.0/8 has bits after the first 8: write 10.0.0.0/8",
        "2001:db8::1/32, 2001:db8::1/32 has bits after the first 32: write 2001:db8::/32",
    })
    void refusesAnAddressInPlaceOfItsNetwork(String text, String refusal) {
        assertThatThrownBy(() -> IpNetwork.parse(text)).hasMessage(refusal);
    }

    @Test
    void anAddressOfASocketIsTheSameAsItsText() throws Exception {
        assertThat(IpAddress.of(InetAddress.getByAddress(new byte[] {10, 1, 2, (byte) 200})))
                .isEqualTo(address("10.1.2.200"))
                .hasToString("10.1.2.200");
        assertThat(IpAddress.of(InetAddress.getByName("2001:db8:0:0:0:0:0:1")))
                .isEqualTo(address("2001:db8::1"))
                .hasToString("2001:db8::1");
    }
}
