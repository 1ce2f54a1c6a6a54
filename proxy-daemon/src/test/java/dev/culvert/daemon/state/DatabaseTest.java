package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DatabaseTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir Path folder;

    private final AtomicInteger failures = new AtomicInteger();

    private Database open(Duration patience) throws IOException {
        return Database.open(
                new SqliteFile(folder.resolve("culvert.db")),
                connection -> Sql.update(connection, "CREATE TABLE IF NOT EXISTS t (n BIGINT)"),
                patience,
                failures::incrementAndGet);
    }

    private static Database.Work<Integer> insert(int number) {
        return connection -> Sql.update(connection, "INSERT INTO t (n) VALUES (?)", number);
    }

    private static List<Integer> numbers(Database database) throws IOException {
        return database.run(connection ->
                Sql.list(connection, row -> row.getInt(1), "SELECT n FROM t ORDER BY n"));
    }

    @Test
    void everyCommitIsWrittenThrough() throws IOException {
        try (Database database = open(PATIENT)) {
            List<String> pragmas =
                    database.run(connection -> {
                        List<String> all = new ArrayList<>();
                        all.addAll(
                                Sql.list(
                                        connection,
                                        row -> row.getString(1),
                                        "PRAGMA journal_mode"));
                        all.addAll(
                                Sql.list(
                                        connection, row -> row.getString(1), "PRAGMA synchronous"));
                        return all;
                    });

            assertThat(pragmas).containsExactly("wal", "2"); // 2 is FULL
        }
    }

    /** The first holds the thread until the others wait. */
    @Test
    void whatWaitsTogetherIsCommittedTogether() throws Exception {
        try (Database database = open(PATIENT)) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            List<CompletableFuture<Integer>> all = new ArrayList<>();
            all.add(begin(database, hanging(entered, goOn)));
            entered.await();
            for (int number = 1; number <= 5; number++) {
                all.add(begin(database, insert(number)));
            }
            awaitWaiting(database, 5);
            long before = database.load().commits().getAsLong();
            long changesBefore = database.load().changes().getAsLong();
            goOn.countDown();
            for (CompletableFuture<Integer> one : all) {
                one.get();
            }

            assertThat(database.load().commits().getAsLong() - before).isEqualTo(2);
            assertThat(database.load().changes().getAsLong() - changesBefore).isEqualTo(6);
            assertThat(numbers(database)).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    void oneThatFailsTakesNothingFromTheOthersOfItsCommit() throws Exception {
        try (Database database = open(PATIENT)) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<Integer> first = begin(database, hanging(entered, goOn));
            entered.await();
            CompletableFuture<Integer> good = begin(database, insert(1));
            CompletableFuture<Integer> bad =
                    begin(
                            database,
                            connection -> {
                                insert(2).run(connection);
                                throw new SQLException("bad");
                            });
            CompletableFuture<Integer> refused =
                    begin(
                            database,
                            connection -> {
                                insert(3).run(connection);
                                throw new IllegalArgumentException("refused");
                            });
            awaitWaiting(database, 3);
            goOn.countDown();

            first.get();
            good.get();
            assertThatThrownBy(bad::get)
                    .isInstanceOf(ExecutionException.class)
                    .rootCause()
                    .hasMessage("bad");
            assertThatThrownBy(refused::get).rootCause().hasMessage("refused");
            assertThat(numbers(database)).containsExactly(1);
            assertThat(failures).hasValue(1); // a refusal is none
        }
    }

    @Test
    void aFullDiskIsSaidAndLaterWorkSucceedsWhenThereIsRoom() throws IOException {
        try (Database database = open(PATIENT)) {
            int pages = pragma(database, "page_count");
            pragma(database, "max_page_count = " + (pages + 1));

            assertThatIOException()
                    .isThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            database.run(connection ->
                                    Sql.update(
                                            connection,
                                            "INSERT INTO t (n) VALUES (?)",
                                            "x".repeat(1000)));
                        }
                    })
                    .withMessage(
                            "%s cannot be written because the disk is full: free some space",
                            folder.resolve("culvert.db"));
            assertThat(failures).hasValue(1);
            int kept = numbers(database).size();

            pragma(database, "max_page_count = 1000000");
            database.run(insert(1));

            assertThat(numbers(database)).hasSize(kept + 1);
        }
    }

    @Test
    void aDiskThatHangsIsSaidAndFromThenOnNobodyWaitsForIt() throws Exception {
        try (Database database = open(Duration.ofMillis(200))) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<Integer> first = begin(database, hanging(entered, goOn));
            entered.await();

            assertThatIOException()
                    .isThrownBy(() -> database.run(insert(1)))
                    .withMessageStartingWith("the disk of " + folder.resolve("culvert.db"))
                    .withMessageContaining("has not answered")
                    .withMessageEndingWith("dmesg and iostat");
            assertThatThrownBy(first::get).cause().hasMessageContaining("may still write it");

            long before = System.nanoTime();
            assertThatIOException().isThrownBy(() -> database.run(insert(2)));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PATIENT);

            goOn.countDown();
            while (!isThere(database)) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(numbers(database)).isEmpty();
        }
    }

    private static boolean isThere(Database database) {
        try {
            return numbers(database).isEmpty();
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void anotherProcessThatLocksItIsWaitedFor() throws Exception {
        try (Database one = open(PATIENT);
                Database other = open(PATIENT)) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<Integer> first = begin(one, hanging(entered, goOn));
            entered.await();
            CompletableFuture<Integer> second = begin(other, insert(1));

            goOn.countDown();
            first.get();
            second.get();

            assertThat(numbers(one)).containsExactly(1);
        }
    }

    @Test
    void afterItsEndItRefusesInWords() throws IOException {
        Database database = open(PATIENT);
        database.close();
        database.close();

        assertThatIOException()
                .isThrownBy(() -> database.run(insert(1)))
                .withMessageEndingWith("is closed, because the daemon stops");
    }

    @Test
    void whatIsNoDatabaseIsSaidToBeDamaged() throws IOException {
        Files.writeString(folder.resolve("culvert.db"), "no database".repeat(100));

        assertThatIOException()
                .isThrownBy(() -> open(PATIENT))
                .withMessageContaining("culvert.db is damaged")
                .withMessageContaining("put a backup in its place (culvert db backup)");
    }

    @Test
    void aDatabaseOfANewerProgramIsRefusedWithWhatToDo() throws IOException {
        try (Database database = open(PATIENT)) {
            database.run(
                    connection -> Sql.update(connection, "UPDATE schema_version SET version = 99"));
        }

        assertThatIOException()
                .isThrownBy(() -> open(PATIENT))
                .withMessageContaining("culvert.db was written by a newer culvertd")
                .withMessageContaining("it has version 99 of the tables")
                .withMessageContaining("install the newer culvertd again");
    }

    private static int pragma(Database database, String pragma) throws IOException {
        return database.run(connection ->
                Sql.list(connection, row -> row.getInt(1), "PRAGMA " + pragma).getFirst());
    }

    private static Database.Work<Integer> hanging(CountDownLatch entered, CountDownLatch goOn) {
        return _ -> {
            entered.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new SQLException(e);
            }
            return 0;
        };
    }

    private static CompletableFuture<Integer> begin(
            Database database, Database.Work<Integer> work) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(database.run(work));
                    } catch (IOException | RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    private static void awaitWaiting(Database database, int count) {
        while (database.load().waiting().getAsLong() < count) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
