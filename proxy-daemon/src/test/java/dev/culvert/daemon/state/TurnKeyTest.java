package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnKeyTest {
    private static final int BYTES = 32;

    @TempDir Path state;

    @Test
    void theKeyIsKeptForItsOwnerAlone() throws Exception {
        Path directory = state.resolve("made");
        byte[] key = TurnKey.keptIn(directory, BYTES);

        assertThat(key).hasSize(BYTES);
        assertThat(TurnKey.keptIn(directory, BYTES)).isEqualTo(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        Path file = directory.resolve("turn.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryNotContaining(it -> !it.equals(file));
    }

    @Test
    void aDamagedKeyIsSaidToBe() throws IOException {
        Files.writeString(state.resolve("turn.key"), "abc\n");

        assertThatThrownBy(() -> TurnKey.keptIn(state, BYTES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("turn.key is damaged");
    }
}
