package dev.culvert.daemon.api.checks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallerPlacesTest {
    @Test
    void oneCallerDoesNotTakeThePlacesOfOthers() {
        CallerPlaces places = new CallerPlaces();
        assertThat(places.enter("a", 16, 20)).isTrue();
        assertThat(places.enter("a", 5, 20)).isFalse();
        assertThat(places.enter("b", 16, 20)).isTrue();
        assertThat(places.enter("a", 4, 20)).isTrue();

        places.leave("a", 4);
        places.leave("a", 16);
        assertThat(places.enter("a", 20, 20)).isTrue();
    }
}
