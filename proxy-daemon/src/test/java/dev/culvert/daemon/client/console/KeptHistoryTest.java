package dev.culvert.daemon.client.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptHistoryTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " agents",
                "\tagents",
                "agents --token-file f --token cvt_abcdef.ghijkl",
                "!curl -H 'Authorization: Bearer abcdefgh'",
                "my key is sk-abcdefgh12345678",
                "!export DB_PASSWORD=hunter22",
                "-----BEGIN PRIVATE KEY-----\nabc"
            })
    void secretsAndLinesThatBeginWithABlankAreNotKept(String line) {
        assertThat(KeptHistory.keeps(line)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"agents show web-1", "why does the build fail?", "token list"})
    void othersAre(String line) {
        assertThat(KeptHistory.keeps(line)).isTrue();
    }
}
