package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshTunnelJumpTest {
    private static SshTunnelSettings read(String jump) throws BadSettingsException {
        String json =
                "{\"name\": \"t\", \"host\": \"h\", \"to\": \"db:1\", \"jump\": \"" + jump + "\"}";
        return Settings.read(List.of(Layer.text("test", json)), SshTunnelSettings::readOfClient)
                .value();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "u@a:22", "a,b", "a.example,u.v@[2001:db8::1]:2222,c-d", "[::1]"})
    void serversOnTheWayAreTaken(String jump) throws Exception {
        assertThat(read(jump).server().jump()).hasValue(jump);
    }

    /** ssh would take them for flags of the ssh that it starts. */
    @ParameterizedTest
    @ValueSource(strings = {"-A", "a,-A", "a,-Xhost", "u@-h", "a,", ",a", "a,,b", "a:b", "[::1"})
    void whatIsNoServerIsRefused(String jump) {
        assertThatThrownBy(() -> read(jump)).isInstanceOf(BadSettingsException.class);
    }
}
