package dev.culvert.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.IpNetwork;
import dev.culvert.transport.SpecialAddresses;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
    private static boolean allows(String address, String... more) {
        return new PublicAddresses(List.of(more).stream().map(IpNetwork::parse).toList())
                .allows(InetAddress.ofLiteral(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.31.255.255",
                "192.168.0.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "224.0.0.1",
                "::1",
                "::",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "fd00::1",
                "fe80::1",
                "ff02::1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::"
            })
    void whatIsNotOnTheInternetIsNotAllowed(String address) {
        assertThat(allows(address)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.1.1.1", "172.15.0.1", "172.32.0.1", "11.0.0.1", "2606:4700:4700::1111"})
    void whatIsOnTheInternetIsAllowed(String address) {
        assertThat(allows(address)).isTrue();
    }

    @Test
    void aNetworkThatIsListedIsAllowed() {
        assertThat(allows("10.1.2.3", "10.1.0.0/16")).isTrue();
        assertThat(allows("10.2.2.3", "10.1.0.0/16")).isFalse();
        assertThat(allows("::ffff:10.1.2.3", "10.1.0.0/16")).isTrue();
    }

    /** Packets to it do not leave the machine, so no firewall sees them. */
    @Test
    void aPublicAddressOfThisMachineIsNotAllowed() {
        InetAddress own = InetAddress.ofLiteral("1.1.1.1");

        assertThat(new PublicAddresses(List.of(), own::equals).allows(own)).isFalse();
        assertThat(
                        new PublicAddresses(List.of(IpNetwork.parse("1.1.1.1")), own::equals)
                                .allows(own))
                .isTrue();
        assertThat(
                        new PublicAddresses(List.of(), own::equals)
                                .allows(InetAddress.ofLiteral("1.1.1.2")))
                .isTrue();
    }

    @Test
    void thisMachineKnowsItsAddresses() {
        assertThat(SpecialAddresses.areOfThisHost(InetAddress.getLoopbackAddress())).isTrue();
        assertThat(SpecialAddresses.areOfThisHost(InetAddress.ofLiteral("1.1.1.1"))).isFalse();
    }
}
