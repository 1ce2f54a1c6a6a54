package dev.culvert.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    @ParameterizedTest
    @ValueSource(strings = {"framing.md", "errors.md"})
    void theBytesShownAreThoseOfAVector(String page) {
        List<String> examples =
                Spec.matches(page, "(?s)```hex\n(.*?)```")
                        .map(block ->
                                block.group(1)
                                        .lines()
                                        .map(line -> line.split(" ", 2)[0])
                                        .collect(Collectors.joining()))
                        .toList();
        Set<String> vectors =
                GoldenVector.valid()
                        .map(vector ->
                                HexFormat.of().formatHex(vector.bytes().getBytes(ISO_8859_1)))
                        .collect(Collectors.toSet());

        assertThat(examples)
                .isNotEmpty()
                .filteredOn(example -> !vectors.contains(example))
                .isEmpty();
    }

    @Test
    void everyErrorCodeHasAVector() {
        List<String> codes = Spec.column("errors.md", "Codes", 0);

        assertThat(codes).hasSize(24).doesNotHaveDuplicates();
        assertThat(Spec.jsonFiles("vectors/valid"))
                .containsAll(
                        codes.stream()
                                .map(code ->
                                        "vectors/valid/error-" + code.replace('_', '-') + ".json")
                                .toList());
    }
}
