package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdMapTest {
    @Test
    void withoutANamespaceOfItsOwnAProcessKnowsAll() {
        IdMap all = IdMap.parse("         0          0 4294967295\n");

        assertThat(all.has(0)).isTrue();
        assertThat(all.has(1000)).isTrue();
        assertThat(all.has(4_294_967_294L)).isTrue();
    }

    /** As PrivateUsers=yes makes it: root, and the unit's own user. */
    @Test
    void underPrivateUsersItKnowsRootAndItself() {
        IdMap few =
                IdMap.parse("         0          0          1\n     61184      61184          1\n");

        assertThat(few.has(0)).isTrue();
        assertThat(few.has(61_184)).isTrue();
        assertThat(few.has(1000)).isFalse();
        assertThat(few.has(61_185)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "0", "0 0", "a b c", "0 0 99999999999", "-1 0 1"})
    void whatIsNoMapNamesNobody(String text) {
        assertThat(IdMap.parse(text).has(0)).isFalse();
    }

    @Test
    void thisProcessKnowsItself() throws IOException {
        long uid = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        long gid = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:gid")).longValue();

        assertThat(IdMap.ofUsers().has(uid)).isTrue();
        assertThat(IdMap.ofGroups().has(gid)).isTrue();
    }
}
