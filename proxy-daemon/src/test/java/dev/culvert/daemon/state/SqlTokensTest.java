package dev.culvert.daemon.state;

import static dev.culvert.daemon.auth.TokenStoreContract.FIRST;
import static dev.culvert.daemon.auth.TokenStoreContract.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokens in a database: what only it has to do. */
class SqlTokensTest {
    @TempDir Path folder;

    private SqliteStores sqlite = new SqliteStores(Path.of(""));

    @BeforeEach
    void open() {
        sqlite = new SqliteStores(folder);
    }

    @AfterEach
    void close() {
        sqlite.close();
    }

    private TokenStore store() throws IOException {
        return sqlite.stores().tokens();
    }

    @Test
    void theyOutliveTheDaemon() throws IOException {
        store().change(_ -> List.of(FIRST, SECOND));

        assertThat(sqlite.afterARestart().tokens().read()).containsExactly(FIRST, SECOND);
    }

    @Test
    void onlyTheOwnerCanReadTheFiles() throws IOException {
        store().change(_ -> List.of(FIRST));

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void aCommandChangesThemWhileTheDaemonUsesThem() throws IOException {
        store().change(_ -> List.of(FIRST));
        TokenStore ofACommand = StateDir.tokensIn(folder);

        ofACommand.change(before -> {
            List<Token> after = new ArrayList<>(before);
            after.add(SECOND);
            return after;
        });

        assertThat(store().change(before -> before)).containsExactly(FIRST, SECOND);
        assertThat(ofACommand.read()).containsExactly(FIRST, SECOND);
    }

    @Test
    void aCommandThatOnlyReadsCreatesNothing() throws IOException {
        assertThat(StateDir.tokensIn(folder).read()).isEmpty();

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aCommandThatOnlyReadsLeavesAnOlderDatabaseAsItIs() throws IOException {
        Path file = folder.resolve("culvert.db");
        try (InputStream stored = SqlTokensTest.class.getResourceAsStream("version-1.db")) {
            Files.copy(Objects.requireNonNull(stored), file);
        }
        byte[] before = Files.readAllBytes(file);

        assertThat(StateDir.tokensIn(folder).read()).containsExactly(FIRST, SECOND);

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aTokenThatIsNotValidIsNamed() throws IOException {
        store().change(_ -> List.of(FIRST));
        try (Database database = StateDir.database(folder, () -> {})) {
            database.run(connection ->
                    Sql.update(connection, "UPDATE tokens SET sha256 = ?", "nonsense"));
        }

        assertThatIOException()
                .isThrownBy(() -> store().read())
                .withMessageContaining("culvert.db")
                .withMessageContaining("the token " + FIRST.id() + " is not valid");
    }
}
