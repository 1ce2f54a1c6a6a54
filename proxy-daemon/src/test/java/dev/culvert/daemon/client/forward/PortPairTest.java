package dev.culvert.daemon.client.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.UsageException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortPairTest {
    @Test
    void aPortLeadsToThatPortOrToAnother() throws Exception {
        assertThat(PortPair.parse(List.of("8080", "8081:80", "0:22")))
                .containsExactly(
                        new PortPair(8080, 8080), new PortPair(8081, 80), new PortPair(0, 22));
    }

    @Test
    void aRangeIsEachOfItsPorts() throws Exception {
        assertThat(PortPair.parse(List.of("8000-8002", "9000-9001:1-2", "0:5-6")))
                .containsExactly(
                        new PortPair(8000, 8000),
                        new PortPair(8001, 8001),
                        new PortPair(8002, 8002),
                        new PortPair(9000, 1),
                        new PortPair(9001, 2),
                        new PortPair(0, 5),
                        new PortPair(0, 6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "80:",
                ":80",
                "-1",
                "65536",
                "80:65536",
                "80:0",
                "0",
                "2-1",
                "1-2:1-3",
                "1-2:1",
                "0-1:1-2",
                "80:90:100",
                "1-",
                "８０",
                "99999999999"
            })
    void anythingElseIsRefusedInASentence(String text) {
        assertThatThrownBy(() -> PortPair.parse(List.of(text)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("names no ports");
    }

    @ParameterizedTest
    @CsvSource({"1-513", "1-65535", "0:1-65535"})
    void moreThanAProgramHasFilesForAreRefused(String text) {
        assertThatThrownBy(() -> PortPair.parse(List.of(text)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("more than 512 ports");
    }

    /** Texts of the characters that mean something: whatever is taken has valid ports. */
    @Test
    void whateverIsTakenHasValidPorts() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int at = 0; at < length; at++) {
                text.append("0123456789:-".charAt(random.nextInt(12)));
            }
            try {
                assertThat(PortPair.parse(List.of(text.toString())))
                        .as(text.toString())
                        .isNotEmpty()
                        .allMatch(it -> it.local() >= 0 && it.local() <= 65_535)
                        .allMatch(it -> it.remote() >= 1 && it.remote() <= 65_535);
            } catch (UsageException _) {
                // refused
            }
        }
    }
}
