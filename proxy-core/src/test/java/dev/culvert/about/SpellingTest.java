package dev.culvert.about;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingTest {
    private static final List<String> WORDS =
            List.of("list", "show", "remove", "--output", "--listen", "web-1");

    @ParameterizedTest
    @CsvSource({
        "shwo, show",
        "lst, list",
        "lists, list",
        "rmeove, remove",
        "--otput, --output",
        "--lisen, --listen",
        "--outptu, --output",
        "wbe-1, web-1"
    })
    void asksForTheWordThatIsMeant(String wrong, String meant) {
        assertThat(Spelling.question(wrong, WORDS)).isEqualTo("; did you mean " + meant + "?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "snow!", "lost souls", "--verbose"})
    void doesNotAskWhereNoWordIsNear(String wrong) {
        assertThat(Spelling.question(wrong, WORDS)).isEmpty();
    }

    @Test
    void lettersThatChangedPlacesAreOneMistake() {
        assertThat(Spelling.nearest("fomr", List.of("form", "home"), 1)).contains("form");
    }
}
