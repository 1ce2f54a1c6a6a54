package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.config.ProxySettings;
import dev.culvert.transport.AgentAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrowserPolicyTest {
    private static final BrowserPolicy POLICY = policy();
    private static final BrowserPolicy NAMED = policy("culvert.example", "*.inside.example");

    private static BrowserPolicy policy(String... allowedHosts) {
        HttpSettings it = HttpSettings.DEFAULTS;
        return new BrowserPolicy(
                new HttpSettings(
                        List.of(
                                AgentAddress.parse("tcp://Culvert.Local:8470"),
                                AgentAddress.parse("tcp://[fd00::1]:8470")),
                        true,
                        List.of("https://app.example"),
                        new ProxySettings(List.of(allowedHosts), List.of()),
                        it.maxBodyBytes(),
                        it.fronts(),
                        it.maxHeaderBytes(),
                        it.maxHeaderLines(),
                        it.maxUriBytes(),
                        it.maxConnections(),
                        it.headTimeout(),
                        it.idleTimeout(),
                        it.minBodyBytesPerSecond(),
                        it.tls(),
                        it.h2()));
    }

    private static @Nullable String refusal(
            BrowserPolicy policy,
            String way,
            @Nullable String host,
            @Nullable Forwarded forwarded,
            @Nullable String origin,
            @Nullable String fetchSite) {
        return policy.refusal(
                Way.valueOf(way.toUpperCase(Locale.ROOT)),
                host == null ? null : Authority.parse(host),
                forwarded,
                origin,
                fetchSite);
    }

    /* The Host is checked over loopback alone; elsewhere an Origin that equals it proves nothing. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "loopback, localhost:1,        -,                     -,           true",
                "loopback, CULVERT.local,      -,                     -,           true",
                "loopback, [fd00::1]:8470,     -,                     -,           true",
                "loopback, 127.0.0.1.evil.com, -,                     -,           false",
                "loopback, evil.com,           -,                     -,           false",
                "loopback, evil.com,           https://app.example,   -,           false",
                "loopback, -,                  -,                     -,           true",
                "network,  anything.example,   -,                     -,           true",
                "loopback, localhost:8470,     http://localhost:8470, same-origin, true",
                "loopback, localhost:8470,     http://localhost,      same-site,   false",
                "loopback, localhost:8470,     https://localhost:8470, -,          false",
                "network,  culvert.local,      http://culvert.local,  -,           false",
                "network,  any.example,        https://app.example,   cross-site,  true",
                "network,  any.example,        https://app.example:1, -,           false",
                "network,  any.example,        null,                  -,           false",
                "network,  any.example,        -,                     cross-site,  false",
                "network,  any.example,        -,                     same-site,   false",
                "network,  any.example,        -,                     none,        true",
                "network,  any.example,        -,                     same-origin, true",
                "unix_socket, any.example,     -,                     -,           true",
                "unix_socket, localhost:8470,  http://localhost:8470, -,           true",
                "unix_socket, localhost:8470,  http://localhost:3000, -,           false",
                "unix_socket, localhost:8470,  http://any.example,    -,           false",
                "network,  192.0.2.7:8470,     http://192.0.2.7:8470, -,           true",
                "network,  192.0.2.7:8470,     http://192.0.2.8:8470, -,           false",
                "network,  192.0.2.7:8470,     https://192.0.2.7:8470, -,          false",
            })
    void refusesForeignPages(
            String way,
            @Nullable String host,
            @Nullable String origin,
            @Nullable String fetchSite,
            boolean passes) {
        String refusal = refusal(POLICY, way, host, null, origin, fetchSite);
        assertThat(refusal == null).as(refusal).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "loopback,    culvert.example,        -,                           true",
                "loopback,    CULVERT.example:8470,   -,                           true",
                "loopback,    localhost,              -,                           true",
                "loopback,    a.inside.example,       -,                           true",
                "loopback,    a.b.inside.example,     -,                           true",
                "loopback,    inside.example,         -,                           false",
                "loopback,    .inside.example,        -,                           false",
                "loopback,    evilinside.example,     -,                           false",
                "loopback,    culvert.example.evil,   -,                           false",
                "loopback,    192.0.2.7,              -,                           false",
                "network,     192.0.2.7:8470,         -,                           true",
                "network,     [2001:db8::7],          -,                           true",
                "network,     culvert.local,          -,                           true",
                "network,     culvert.example,        -,                           true",
                "network,     evil.example,           -,                           false",
                "network,     culvert.example,        http://culvert.example,      true",
                "network,     culvert.local,          http://culvert.local,        false",
                "unix_socket, culvert.example,        http://culvert.example,      true",
                "unix_socket, any.example,            http://any.example,          false",
                "unix_socket, any.example,            -,                           true",
            })
    void namesOfTheSettingsAreOwnNames(
            String way, @Nullable String host, @Nullable String origin, boolean passes) {
        String refusal = refusal(NAMED, way, host, null, origin, null);
        assertThat(refusal == null).as(refusal).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "localhost,       https, culvert.example, https://culvert.example, true",
                "localhost,       -,     culvert.example, http://culvert.example,  true",
                "localhost,       https, culvert.example, http://culvert.example,  false",
                "localhost,       https, culvert.example, https://localhost,       false",
                "culvert.example, https, -,               https://culvert.example, true",
                "localhost,       https, evil.example,    https://evil.example,    false",
                "localhost,       https, evil.example,    -,                       false",
                "evil.example,    https, culvert.example, https://culvert.example, false",
                "evil.example,    -,     localhost,       -,                       false",
            })
    void whatAProxyForwardsReplacesNoCheckOfTheHost(
            String host,
            @Nullable String scheme,
            @Nullable String forwardedHost,
            @Nullable String origin,
            boolean passes) {
        Forwarded forwarded =
                new Forwarded(
                        "192.0.2.7",
                        scheme,
                        forwardedHost == null ? null : Authority.parse(forwardedHost));
        String refusal = refusal(NAMED, "loopback", host, forwarded, origin, null);
        assertThat(refusal == null).as(refusal).isEqualTo(passes);
    }

    @Test
    void saysWhichKeyAllowsAName() {
        assertThat(refusal(POLICY, "loopback", "culvert.example", null, null, null))
                .isEqualTo(
                        "The Host 'culvert.example' is not this daemon's: call it by localhost or"
                                + " by the address that it listens on, or add the name to"
                                + " http.allowed_hosts.");
    }
}
