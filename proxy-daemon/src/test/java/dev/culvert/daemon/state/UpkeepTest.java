package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.TokenStoreContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpkeepTest {
    @TempDir Path folder;

    private SqliteStores sqlite = new SqliteStores(Path.of(""));

    @BeforeEach
    void open() throws IOException {
        sqlite = new SqliteStores(folder);
        sqlite.stores().tokens().change(_ -> List.of(TokenStoreContract.FIRST));
    }

    @AfterEach
    void close() {
        sqlite.close();
    }

    @Test
    void aSoundDatabaseIsFoundSoundWhileItIsUsed() throws IOException {
        assertThat(new Upkeep(folder).check()).isEmpty();
    }

    @Test
    void aDamagedOneIsFoundDamaged() throws IOException {
        sqlite.close();
        try (RandomAccessFile file =
                new RandomAccessFile(StateDir.databaseFile(folder).toFile(), "rw")) {
            long pages = file.length() / 4096;
            for (long page = 1; page < pages; page++) { // the first has the names of the tables
                file.seek(page * 4096);
                file.write(new byte[64]);
            }
        }

        assertThat(new Upkeep(folder).check()).isNotEmpty();
    }

    @Test
    void aBackupHasAllThatWasCommittedAndOpensLikeTheOriginal() throws IOException {
        Path copy = new Upkeep(folder).backUp("one.db");
        sqlite.stores().tokens().change(_ -> List.of());

        assertThat(copy).isEqualTo(folder.resolve("backups/one.db"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(copy, other.resolve("culvert.db"));
        try (SqliteStores restored = new SqliteStores(other)) {
            assertThat(restored.stores().tokens().read()).containsExactly(TokenStoreContract.FIRST);
        }
    }

    @Test
    void aBackupReplacesNoOther() throws IOException {
        Upkeep upkeep = new Upkeep(folder);
        upkeep.backUp("one.db");

        assertThatThrownBy(() -> upkeep.backUp("one.db"))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(folder.resolve("backups"))
                .isDirectoryNotContaining(it -> !it.endsWith("one.db"));
    }

    @Test
    void aBackupThatFailsLeavesNothingAndSaysWhy() throws IOException {
        Files.createFile(folder.resolve("backups"));

        assertThatIOException()
                .isThrownBy(() -> new Upkeep(folder).backUp("one.db"))
                .withMessageContaining("is in the way: it is not a directory");
    }
}
