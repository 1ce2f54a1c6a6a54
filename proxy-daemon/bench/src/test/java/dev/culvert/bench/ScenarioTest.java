package dev.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioTest {
    private static List<Peer> peersOf(String scenario) {
        return Scenario.all(false).stream()
                .filter(it -> it.name().equals(scenario))
                .flatMap(it -> it.contenders().stream())
                .map(Scenario.Contender::peer)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"front-message", "front-paced", "front-flat-out", "road", "sse-idle"})
    void everyFrontTakesPartBesideTheOwnPaths(String scenario) {
        assertThat(peersOf(scenario))
                .containsAll(Peer.ways())
                .contains(Peer.CULVERTD, Peer.OPENAI, Peer.RESPONSES, Peer.ANTHROPIC);
    }

    @Test
    void theRoadIsComparedWithNoProxy() {
        assertThat(peersOf("road")).contains(Peer.DIRECT);
    }

    @Test
    void theLoadKnowsTheDialectOfEachFront() throws Exception {
        String load = Files.readString(Path.of("native/load.c"));
        for (Peer peer : Peer.ways()) {
            for (String dialect : peer.dialect()) {
                assertThat(load).contains("{\"%s\", \"/v1/".formatted(dialect));
            }
        }
    }
}
