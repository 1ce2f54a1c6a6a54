package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Responses that earlier versions kept in files. */
class ResponseFilesTest {
    private static final String ID = "resp_00000000000000000000000000000000";
    private static final String OTHER = ID.replace('0', '1');

    @TempDir Path folder;

    private Path files = Path.of("");
    private final AtomicInteger failures = new AtomicInteger();

    @BeforeEach
    void write() throws IOException {
        files = Files.createDirectory(folder.resolve("responses"));
        Files.writeString(files.resolve(ID + ".response"), "one");
        Files.writeString(files.resolve(OTHER + ".response"), "two");
    }

    private List<String> start() throws IOException {
        List<String> read = new ArrayList<>();
        try (Database database = StateDir.database(folder, failures::incrementAndGet)) {
            new SqlResponses(database)
                    .load((id, bytes) -> read.add(id + " " + new String(bytes, UTF_8)));
        }
        return read;
    }

    @Test
    void areInTheDatabaseAfterTheFirstStartAndNoLongerInFiles() throws IOException {
        Files.writeString(files.resolve(ID + ".response.new"), "ha");

        assertThat(start()).containsExactly(ID + " one", OTHER + " two");
        assertThat(files).doesNotExist();
        assertThat(start()).containsExactly(ID + " one", OTHER + " two");
        assertThat(failures).hasValue(0);
    }

    /** Stopped after the commit and before the files were removed. */
    @Test
    void areTheSameAfterAStartThatWasKilled() throws IOException {
        start();
        Files.createDirectory(files);
        Files.writeString(files.resolve(ID + ".response"), "one");

        assertThat(start()).containsExactly(ID + " one", OTHER + " two");
        assertThat(files).doesNotExist();
    }

    @Test
    void aDeletedOneDoesNotComeBack() throws IOException {
        start();
        try (Database database = StateDir.database(folder, () -> {})) {
            new SqlResponses(database).save(Map.of(), Set.of(ID));
        }

        assertThat(start()).containsExactly(OTHER + " two");
    }

    @Test
    void aFileThatCannotBeReadStaysAndIsCounted() throws IOException {
        Path bad = Files.createDirectory(files.resolve("resp_2.response"));
        Files.writeString(
                files.resolve("resp_3.response.damaged"), "set aside by an earlier version");

        assertThat(start()).containsExactly(ID + " one", OTHER + " two");
        assertThat(failures).hasValue(1);
        assertThat(bad).exists();
        assertThat(files).isDirectoryContaining("glob:**.damaged");
    }

    @Test
    void whatIsNoDirectoryDoesNotStopTheStart() throws IOException {
        Files.delete(files.resolve(ID + ".response"));
        Files.delete(files.resolve(OTHER + ".response"));
        Files.delete(files);
        Files.writeString(files, "no directory");

        assertThat(start()).isEmpty();
        assertThat(failures).hasValue(1);
        assertThat(files).exists();
    }
}
