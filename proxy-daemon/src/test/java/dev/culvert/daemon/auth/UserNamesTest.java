package dev.culvert.daemon.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserNamesTest {
    @TempDir Path folder;

    @Test
    void areThoseOfTheFile() throws Exception {
        Path file = folder.resolve("passwd");
        UserNames names = new UserNames(file);
        names.load();
        assertThat(names.of(1000, 100)).isEqualTo("uid 1000, gid 100");

        Files.writeString(
                file,
                """
                root:x:0:0:root:/root:/bin/bash
                alice:x:1000:1000:A,,,:/home/alice:/bin/bash
                another:x:1000:1000::/:/bin/sh
                +::::::
                broken
                far:x:99999999999999:1::/:/bin/sh
                """);
        names.load();
        assertThat(names.of(1000, 100)).isEqualTo("alice (uid 1000, gid 100)");
        assertThat(names.of(0, 0)).isEqualTo("root (uid 0, gid 0)");
        assertThat(names.of(7, 7)).isEqualTo("uid 7, gid 7");

        Files.delete(file);
        names.load();
        assertThat(names.of(0, 0)).isEqualTo("root (uid 0, gid 0)");
    }
}
