package dev.culvert.daemon.api.sshtunnels;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelsRouteTest {
    private static final Caller REACHING =
            new Caller("r", Caller.Kind.TOKEN, null, Set.of(Scope.REACH), null);

    private static SshTunnelSettings remote(String to) throws Exception {
        String json =
                "{\"name\": \"t\", \"host\": \"far.example\", \"kind\": \"remote\", \"listen\": \"tcp://127.0.0.1:1\", \"to\": \"%s\"}"
                        .formatted(to);
        return Settings.read(List.of(Layer.text("test", json)), SshTunnelSettings::readOfClient)
                .value();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8470", "169.254.169.254:80", "10.0.0.1:22", "db:5432"})
    void whoDoesNotOperateTheDaemonOpensNoWayIntoItsNetworks(String to) throws Exception {
        SshTunnelSettings settings = remote(to);

        assertThatThrownBy(() -> TunnelsRoute.checkFarEnd(settings, REACHING))
                .hasMessageContaining("can lead to a public address only");
        assertThatCode(() -> TunnelsRoute.checkFarEnd(settings, Caller.ANYBODY))
                .doesNotThrowAnyException();
    }

    @Test
    void aPublicAddressIsAllowed() throws Exception {
        SshTunnelSettings settings = remote("1.1.1.1:443");

        assertThatCode(() -> TunnelsRoute.checkFarEnd(settings, REACHING))
                .doesNotThrowAnyException();
    }
}
