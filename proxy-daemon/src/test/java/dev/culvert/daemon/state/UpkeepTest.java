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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
    void aDamagedOneIsFoundDamaged() throws IOException, SQLException {
        sqlite.close();
        long page = firstPageOf("tokens");
        try (RandomAccessFile file =
                new RandomAccessFile(StateDir.databaseFile(folder).toFile(), "rw")) {
            file.seek((page - 1) * 4096);
            file.write(new byte[64]);
        }

        assertThat(new Upkeep(folder).check()).isNotEmpty();
        assertThat(new Upkeep(folder).look()).isEmpty(); // which reads no page of a table
    }

    @Test
    void oneThatIsNoDatabaseAnyMoreIsFoundAtTheFirstLook() throws IOException {
        assertThat(new Upkeep(folder).look()).isEmpty();
        sqlite.close();
        Files.deleteIfExists(folder.resolve("culvert.db-wal"));
        Files.write(StateDir.databaseFile(folder), new byte[8192]);

        assertThatIOException()
                .isThrownBy(() -> new Upkeep(folder).look())
                .withMessageContaining("is damaged");
    }

    private long firstPageOf(String table) throws SQLException {
        String url = "jdbc:sqlite:" + StateDir.databaseFile(folder);
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT rootpage FROM sqlite_master WHERE name = '"
                                        + table
                                        + "'")) {
            return rows.getLong(1);
        }
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
