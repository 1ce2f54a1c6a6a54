package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnerOnlyTest {
    @ParameterizedTest
    @CsvSource({
        "rwx------, false, false",
        "r--------, false, false",
        "rw-r-----, true, false",
        "r--r-----, true, false",
        "rw-rw----, true, true",
        "rw---x---, true, true",
        "rw----r--, true, true",
        "rw-----w-, true, true",
    })
    void aFileIsSharedIfOthersThanItsOwnerGetAnything(
            String mode, boolean ofMine, boolean givenByRoot) {
        var permissions = PosixFilePermissions.fromString(mode);

        assertThat(OwnerOnly.isShared(permissions, false)).isEqualTo(ofMine);
        assertThat(OwnerOnly.isShared(permissions, true)).isEqualTo(givenByRoot);
    }

    @Test
    void aFileOfThisUserIsSharedOnceItsGroupCanReadIt(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "k");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(OwnerOnly.isShared(file)).isFalse();

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(OwnerOnly.isShared(file)).isTrue();
        assertThat(OwnerOnly.isShared(folder.resolve("none"))).isTrue();
    }
}
