package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.transport.AgentAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrowserPolicyTest {
    private static final BrowserPolicy POLICY = policy();

    private static BrowserPolicy policy() {
        HttpSettings it = HttpSettings.DEFAULTS;
        return new BrowserPolicy(
                new HttpSettings(
                        List.of(
                                AgentAddress.parse("tcp://Culvert.Local:8470"),
                                AgentAddress.parse("tcp://[fd00::1]:8470")),
                        true,
                        List.of("https://app.example"),
                        it.maxBodyBytes(),
                        it.maxHeaderBytes(),
                        it.maxHeaderLines(),
                        it.maxUriBytes(),
                        it.maxConnections(),
                        it.headTimeout(),
                        it.idleTimeout(),
                        it.minBodyBytesPerSecond()));
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
            })
    void refusesForeignPages(
            String over,
            @Nullable String host,
            @Nullable String origin,
            @Nullable String fetchSite,
            boolean passes) {
        String refusal =
                POLICY.refusal(
                        over.equals("loopback"),
                        host == null ? null : Authority.parse(host),
                        origin,
                        fetchSite);
        assertThat(refusal == null).as(refusal).isEqualTo(passes);
    }
}
