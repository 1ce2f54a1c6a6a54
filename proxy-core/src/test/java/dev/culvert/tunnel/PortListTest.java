package dev.culvert.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortListTest {
    @Test
    void containsItsPortsAndRanges() {
        PortList ports = PortList.parse("22, 3000-3001,65535");

        assertThat(ports.contains(22)).isTrue();
        assertThat(ports.contains(3000)).isTrue();
        assertThat(ports.contains(3001)).isTrue();
        assertThat(ports.contains(65_535)).isTrue();
        assertThat(ports.contains(23)).isFalse();
        assertThat(ports.contains(3002)).isFalse();
        assertThat(ports).hasToString("22,3000-3001,65535");
    }

    @Test
    void isEmptyForABlankText() {
        assertThat(PortList.parse("  ").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "9-8", "x", "1-", "-1", "1,,2", "1;2", "99999999999"})
    void refusesWhatIsNoListOfPorts(String text) {
        assertThatThrownBy(() -> PortList.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
