package dev.culvert.daemon.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.ListenerPolicy.Allowed;
import dev.culvert.daemon.auth.ListenerPolicy.AllowedWithWarning;
import dev.culvert.daemon.auth.ListenerPolicy.Refused;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.transport.AgentAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerPolicyTest {
    private static ListenerPolicy judge(String address, boolean allowUnauthenticated) {
        HttpSettings it = HttpSettings.DEFAULTS;
        HttpSettings settings =
                new HttpSettings(
                        it.listen(),
                        allowUnauthenticated,
                        it.allowedOrigins(),
                        it.maxBodyBytes(),
                        it.maxHeaderBytes(),
                        it.maxUriBytes(),
                        it.maxConnections(),
                        it.headTimeout(),
                        it.idleTimeout(),
                        it.minBodyBytesPerSecond());
        return ListenerPolicy.of(AgentAddress.parse(address), settings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://127.0.0.1:8470",
                "tcp://127.9.9.9:0",
                "tcp://[::1]:8470",
                "tcp://localhost:1",
                "unix:///run/culvert/http.sock"
            })
    void allowsLoopbackAndUnixSockets(String address) {
        assertThat(judge(address, false)).isInstanceOf(Allowed.class);
        assertThat(judge(address, true)).isInstanceOf(Allowed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://0.0.0.0:8470",
                "tcp://[::]:8470",
                "tcp://192.0.2.1:1",
                "tcp://no.invalid:1"
            })
    void refusesWhatOthersCanReachUnlessItIsInsistedOn(String address) {
        assertThat(judge(address, false))
                .isInstanceOfSatisfying(
                        Refused.class,
                        it ->
                                assertThat(it.reason())
                                        .startsWith(address)
                                        .contains("http.allow_unauthenticated"));
        assertThat(judge(address, true))
                .isInstanceOfSatisfying(
                        AllowedWithWarning.class,
                        it -> assertThat(it.warning()).startsWith(address));
    }

    @Test
    void refusesAddressesThatAreNotForHttp() {
        assertThat(judge("vsock://any:1024", true)).isInstanceOf(Refused.class);
        assertThat(judge("unix:///run/vm.sock?port=1024", true)).isInstanceOf(Refused.class);
    }
}
