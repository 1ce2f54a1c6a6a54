package dev.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void ordersTheFiguresAndInterpolatesBetweenNeighbours() {
        assertThat(Spread.of(new double[] {4, 1, 3, 2})).isEqualTo(new Spread(1, 1.75, 2.5, 4));
    }

    @Test
    void isNotANumberWithoutFigures() {
        assertThat(Spread.of(new double[0]).median()).isNaN();
    }
}
