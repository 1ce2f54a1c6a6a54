package dev.culvert.guest.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolAllowlistTest {
    @ParameterizedTest
    @CsvSource({
        "read,        read,          true",
        "read,        Read,          false",
        "read,        read_file,     false",
        "search_*,    search_,       true",
        "search_*,    search_web,    true",
        "search_*,    xsearch_web,   false",
        "*_file,      read_file,     true",
        "*_file,      read_files,    false",
        "a*b*c,       aXXbYYc,       true",
        "a*b*c,       abbc,          true",
        "a*b*c,       acb,           false",
        "*,           anything,      true",
        "a.c,         abc,           false",
        "**x,         x,             true",
    })
    void matchesNamesAndGlobs(String pattern, String tool, boolean allowed) {
        assertThat(new ToolAllowlist(List.of(pattern)).allows(tool)).isEqualTo(allowed);
    }

    @Test
    void anEmptyListAllowsEverything() {
        assertThat(ToolAllowlist.EVERYTHING.allows("anything")).isTrue();
    }

    @Test
    void aHostileGlobCostsLittle() {
        String stars = "*a".repeat(500) + "b";

        assertThat(new ToolAllowlist(List.of(stars)).allows("a".repeat(20_000))).isFalse();
    }

    @Test
    void saysWhyAToolIsNotAllowed() {
        assertThat(new ToolAllowlist(List.of("read")).reason("write")).contains("[read]");
        assertThat(new ToolAllowlist(List.of("read")).reason("")).contains("names no tool");
    }
}
