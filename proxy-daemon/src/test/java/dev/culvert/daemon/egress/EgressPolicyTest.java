package dev.culvert.daemon.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.EgressRule;
import dev.culvert.tunnel.PortList;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
    private static EgressPolicy policy(String... hosts) {
        EgressRule rule =
                new EgressRule("web-*", Optional.of("t"), List.of(hosts), PortList.parse("80,443"));
        return EgressPolicy.of(List.of(rule), "t", "web-1", 443);
    }

    @Test
    void aRuleIsForItsAgentsTenantAndPorts() {
        EgressRule rule =
                new EgressRule("web-*", Optional.of("t"), List.of("h"), PortList.parse("80,443"));
        assertThat(rule.isFor("t", "web-1", 443)).isTrue();
        assertThat(rule.isFor("t", "db-1", 443)).isFalse();
        assertThat(rule.isFor("u", "web-1", 443)).isFalse();
        assertThat(rule.isFor("t", "web-1", 22)).isFalse();
    }

    @Test
    void namesAndWhatIsBelowThemAreListed() {
        EgressPolicy policy = policy("deb.example.org", "*.github.com", "192.0.2.0/24");
        assertThat(policy.lists("deb.example.org")).isTrue();
        assertThat(policy.lists("api.github.com")).isTrue();
        assertThat(policy.lists("192.0.2.7")).isTrue();
        assertThat(policy.lists("github.com")).isFalse();
        assertThat(policy.lists("evilgithub.com")).isFalse();
        assertThat(policy.lists("example.org")).isFalse();
        assertThat(policy.lists("198.51.100.1")).isFalse();
        assertThat(policy("*").lists("any.example")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "fe80::1",
                "fc00::1",
                "ff02::1",
                "::7f00:1",
                "2001::1",
                "192.88.99.1",
            })
    void aPrivateAddressIsAllowedOnlyIfItsNetworkIsListed(String address) throws Exception {
        InetAddress resolved = InetAddress.getByName(address);
        assertThat(policy("*").allows(resolved)).isFalse();
        assertThat(policy("*", "0.0.0.0/0", "::/0").allows(resolved)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:4700::1"})
    void aPublicAddressIsAllowed(String address) throws Exception {
        assertThat(policy("*").allows(InetAddress.getByName(address))).isTrue();
    }

    /** What is sent there passes no firewall, so a rule has to name it. */
    @Test
    void aPublicAddressOfTheHostIsAllowedOnlyIfItIsListed() throws Exception {
        InetAddress own = InetAddress.getByName("8.8.8.8");

        assertThat(new EgressPolicy(policy("*").rules(), own::equals).allows(own)).isFalse();
        assertThat(new EgressPolicy(policy("8.8.8.8").rules(), own::equals).allows(own)).isTrue();
    }
}
