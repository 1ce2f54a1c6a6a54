package dev.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void readsTheLineThatTheLoadPrints() {
        assertThat(
                        Figures.parse(
                                "requests=200 events=7 errors=1 seconds=2.0 p50=50.5 p99=99 p999=100 max=101"))
                .isEqualTo(new Figures(200, 7, 1, 2, 50.5, 99, 100, 101));
    }

    @Test
    void refusesALineThatLacksAFigure() {
        assertThatThrownBy(() -> Figures.parse("requests=200 seconds=2.0"))
                .hasMessageContaining("no events");
    }
}
