package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.auth.TokenStoreContract;
import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.settings.SecretSource;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can happen to a database on a server. */
@Timeout(120)
class PostgresServerTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static PostgresProcess postgres;

    private DatabaseSettings settings;
    private final AtomicInteger failures = new AtomicInteger();

    @BeforeAll
    static void start() throws IOException {
        postgres = PostgresProcess.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void fresh() throws IOException {
        settings = postgres.freshSchema();
    }

    private Database open(DatabaseSettings at) throws IOException {
        return Database.open(
                new PostgresServer(at, true), _ -> {}, PATIENT, failures::incrementAndGet);
    }

    private static DatabaseSettings with(DatabaseSettings settings, String option) {
        return new DatabaseSettings(
                settings.url().map(url -> url + "&" + option),
                settings.user(),
                settings.password(),
                settings.driver());
    }

    private static List<Integer> one(Database database) throws IOException {
        return database.run(connection -> Sql.list(connection, row -> row.getInt(1), "SELECT 1"));
    }

    private static List<String> texts(Database database, String query) throws IOException {
        return database.run(connection -> Sql.list(connection, row -> row.getString(1), query));
    }

    @Test
    void everyCommitIsWrittenThrough() throws IOException {
        try (Database database = open(settings)) {
            assertThat(texts(database, "SHOW synchronous_commit")).containsExactly("on");
        }
    }

    @Test
    void aServerThatIsNotThereIsNamedWithItsKey() {
        DatabaseSettings nowhere =
                new DatabaseSettings(
                        Optional.of("jdbc:postgresql://127.0.0.1:1/culvert"),
                        settings.user(),
                        settings.password(),
                        Optional.empty());

        assertThatIOException()
                .isThrownBy(() -> open(nowhere))
                .withMessageStartingWith("PostgreSQL at //127.0.0.1:1/culvert cannot be reached")
                .withMessageContaining("correct database.url");
    }

    @Test
    void aWrongPasswordIsSaidAndNotRepeated(@TempDir Path folder) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "a wrong one");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        DatabaseSettings wrong =
                new DatabaseSettings(
                        settings.url(),
                        settings.user(),
                        Optional.of(new SecretSource.FromFile(password)),
                        Optional.empty());

        assertThatIOException()
                .isThrownBy(() -> open(wrong))
                .withMessageContaining("refuses the user")
                .withMessageContaining("database.password")
                .withMessageNotContaining("a wrong one");
    }

    @Test
    void aDatabaseThatIsMissingIsSaid() {
        DatabaseSettings missing =
                new DatabaseSettings(
                        settings.url().map(url -> url.replaceAll("postgres[?].*", "nothing")),
                        settings.user(),
                        settings.password(),
                        Optional.empty());

        assertThatIOException().isThrownBy(() -> open(missing)).withMessageContaining("createdb");
    }

    @Test
    void aSecondDaemonIsRefusedUntilTheFirstHasEnded() throws IOException {
        Database first = open(settings);

        assertThatIOException()
                .isThrownBy(() -> open(settings))
                .withMessageStartingWith("another culvertd uses PostgreSQL at");
        open(postgres.freshSchema()).close(); // the same database
        first.close();

        open(settings).close();
    }

    @Test
    void aCommandChangesTokensWhileTheDaemonUsesThem() throws IOException {
        TokenStore command = StateDir.tokensOn(settings);
        assertThat(command.read()).isEmpty(); // there are no tables yet
        try (Database database = open(settings)) {
            TokenStore tokens = new SqlTokens(database);
            tokens.change(_ -> List.of(TokenStoreContract.FIRST));

            command.change(_ -> List.of(TokenStoreContract.FIRST, TokenStoreContract.SECOND));

            assertThat(tokens.read()).hasSize(2);
            assertThat(command.read()).hasSize(2);
        }
    }

    @Test
    void tablesOfANewerProgramAreRefused() throws IOException {
        try (Database database = open(settings)) {
            database.run(
                    connection -> Sql.update(connection, "UPDATE schema_version SET version = 99"));
        }

        assertThatIOException()
                .isThrownBy(() -> open(settings))
                .withMessageContaining("was written by a newer culvertd")
                .withMessageContaining("it has version 99 of the tables");
    }

    @Test
    void aRestartOfTheServerBetweenTwoChangesIsNotNoticed() throws IOException {
        try (Database database = open(settings)) {
            one(database);
            postgres.stop();
            postgres.startAgain();

            assertThat(one(database)).containsExactly(1);
            assertThat(failures).hasValue(0);
        }
    }

    @Test
    void whileTheServerIsAwayWorkIsRefusedAtOnceAndLaterItSucceeds() throws IOException {
        try (Database database = open(settings)) {
            postgres.stop();
            try {
                assertThatIOException()
                        .isThrownBy(() -> one(database))
                        .withMessageContaining("cannot be reached");
                assertThat(database.load().available().getAsLong()).isZero();
                long before = System.nanoTime();
                assertThatIOException().isThrownBy(() -> one(database));
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PATIENT);
                assertThat(failures.get()).isEqualTo(2);
            } finally {
                postgres.startAgain();
            }
            Eventually.await(() -> assertThat(isThere(database)).isTrue());
            assertThat(database.load().available().getAsLong()).isOne();
        }
    }

    private static boolean isThere(Database database) {
        try {
            return one(database).size() == 1;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsLeftAndWorkAfterThatSucceeds() throws IOException {
        try (Database database = open(with(settings, "socketTimeout=1"))) {
            assertThatIOException()
                    .isThrownBy(() ->
                            database.run(connection ->
                                    Sql.list(
                                            connection,
                                            row -> row.getString(1),
                                            "SELECT pg_sleep(3)::text")))
                    .withMessageContaining("cannot be reached");

            Eventually.await(() -> assertThat(isThere(database)).isTrue());
        }
    }

    @Test
    void aTransactionThatSomebodyLeftOpenIsSaid() throws Exception {
        try (Database database = open(settings);
                Connection other = new PostgresServer(settings, false).connect()) {
            Sql.execute(other, new PostgresServer(settings, false).begin());

            assertThatIOException()
                    .isThrownBy(() -> one(database))
                    .withMessageContaining("another process has locked")
                    .withMessageContaining("pg_locks");
        }
    }

    @Test
    void oneThatFailsTakesNothingFromTheOthers() throws IOException {
        try (Database database = open(settings)) {
            assertThatIOException()
                    .isThrownBy(() ->
                            database.run(connection -> {
                                Sql.update(
                                        connection,
                                        "INSERT INTO imports (source, imported) VALUES ('a', 'b')");
                                return Sql.update(connection, "no SQL");
                            }))
                    .withMessageContaining("cannot be used");

            assertThat(texts(database, "SELECT source FROM imports")).isEmpty();
        }
    }
}
