package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.ResponseRows;
import dev.culvert.daemon.front.responses.ResponseStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of responses in a database. */
class SqlResponsesTest {
    private static final String ID = "resp_00000000000000000000000000000000";
    private static final String OTHER = ID.replace('0', '1');

    @TempDir Path directory;
    private StateDir state;
    private ResponseStore store;
    private final AtomicInteger failures = new AtomicInteger();

    @BeforeEach
    void openDirectory() throws IOException {
        state = StateDir.open(Optional.of(directory));
        store = state.stores(failures::incrementAndGet).responses();
    }

    @AfterEach
    void closeDirectory() {
        state.close();
    }

    private List<String> read() {
        List<String> read = new ArrayList<>();
        store.load((id, bytes) -> read.add(id + " " + new String(bytes, UTF_8)));
        return read;
    }

    private static byte[] text(int number) {
        return String.valueOf(number).getBytes(UTF_8);
    }

    @Test
    void severalAreChangedAtOnce() throws IOException {
        store.save(Map.of(ID, text(1)), Set.of());
        store.save(Map.of(OTHER, text(2)), Set.of(ID, "unknown"));
        assertThat(read()).containsExactly(OTHER + " 2");
        store.save(Map.of(OTHER, text(3)), Set.of());
        assertThat(read()).containsExactly(OTHER + " 3");
    }

    @Test
    void allAreReadHoweverManyThereAre() throws IOException {
        Map<String, byte[]> all =
                IntStream.range(0, 200)
                        .boxed()
                        .collect(Collectors.toMap("resp_%04d"::formatted, SqlResponsesTest::text));
        store.save(all, Set.of());
        assertThat(read()).hasSize(200).startsWith("resp_0000 0").endsWith("resp_0199 199");
    }

    @Test
    void aDamagedOneIsSetAsideAndTheOthersAreRead() throws IOException {
        store.save(Map.of(ID, "bad".getBytes(UTF_8), OTHER, "good".getBytes(UTF_8)), Set.of());
        List<String> read = new ArrayList<>();
        store.load((id, bytes) -> {
            if (new String(bytes, UTF_8).equals("bad")) {
                throw new IOException("it is no good");
            }
            read.add(id);
        });

        assertThat(read).containsExactly(OTHER);
        assertThat(failures).hasValue(1);
        assertThat(read()).containsExactly(OTHER + " good");
        try (ResponseRows rows = new ResponseRows(directory)) {
            assertThat(rows.text("damage", ID)).isEqualTo("it is no good");
        }
        store.save(Map.of(ID, "new".getBytes(UTF_8)), Set.of());
        assertThat(read()).containsExactly(ID + " new", OTHER + " good");
    }

    @Test
    void aBackupHasThem() throws IOException {
        store.save(Map.of(ID, text(1)), Set.of());
        state.upkeep().orElseThrow().backUp("one.db");
        try (ResponseRows rows = new ResponseRows(directory.resolve("backups"), "one.db")) {
            assertThat(rows.text("content", ID)).isEqualTo("1");
        }
    }

    @Test
    void aDatabaseThatRefusesChangesNothing() throws IOException {
        store.save(Map.of(ID, text(1)), Set.of());
        try (ResponseRows rows = new ResponseRows(directory)) {
            rows.refuse("INSERT");
        }
        assertThatIOException()
                .isThrownBy(() -> store.save(Map.of(OTHER, text(2)), Set.of(ID)))
                .withMessageContaining("culvert.db");
        assertThat(failures).hasValue(1);
        assertThat(read()).containsExactly(ID + " 1");
    }
}
