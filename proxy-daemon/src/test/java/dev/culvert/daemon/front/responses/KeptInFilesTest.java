package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.state.StateDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptInFilesTest extends KeptResponsesContract {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/front/stored");

    private static final String ID = "resp_00000000000000000000000000000000";

    @TempDir Path directory;
    private StateDir state;
    private final AtomicInteger failures = new AtomicInteger();

    @BeforeEach
    void openDirectory() throws IOException {
        state = StateDir.open(Optional.of(directory));
    }

    @AfterEach
    void closeDirectory() {
        state.close();
    }

    @Override
    ResponseStore open() {
        return state.responses(failures::incrementAndGet);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("responses"))) {
            return all.map(it -> it.getFileName().toString()).sorted().toList();
        }
    }

    private List<String> read() {
        List<String> read = new ArrayList<>();
        open().load((id, bytes) -> read.add(id + " " + new String(bytes, UTF_8)));
        return read;
    }

    @Test
    void onlyTheOwnerMayReadAFile() throws IOException {
        open().save(ID, "x".getBytes(UTF_8));
        Path file = directory.resolve("responses").resolve(ID + ".response");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(read()).containsExactly(ID + " x");
        open().forget(ID);
        open().forget(ID);
        assertThat(files()).isEmpty();
    }

    @Test
    void whatWasNotWrittenToItsEndIsRemoved() throws IOException {
        open().save(ID, "x".getBytes(UTF_8));
        Files.writeString(directory.resolve("responses").resolve(ID + ".response.new"), "half");
        assertThat(read()).containsExactly(ID + " x");
        assertThat(files()).containsExactly(ID + ".response");
    }

    @Test
    void aDamagedFileIsSetAsideAndTheOthersAreRead() throws IOException {
        String other = ID.replace('0', '1');
        open().save(ID, "bad".getBytes(UTF_8));
        open().save(other, "good".getBytes(UTF_8));
        List<String> read = new ArrayList<>();
        open().load((id, bytes) -> {
            if (new String(bytes, UTF_8).equals("bad")) {
                throw new IOException("it is no good");
            }
            read.add(id);
        });

        assertThat(read).containsExactly(other);
        assertThat(failures).hasValue(1);
        assertThat(files()).containsExactly(ID + ".response.damaged", other + ".response");
        assertThat(read()).containsExactly(other + " good");
    }

    @Test
    void aDirectoryThatCannotBeReadDoesNotStopTheStart() throws IOException {
        Files.writeString(directory.resolve("responses"), "no directory");
        assertThat(read()).isEmpty();
        assertThat(failures).hasValue(1);
    }

    /** Bytes with some changed, cut off or doubled are what was written, or are refused. */
    @Test
    void noChangedByteGoesUnnoticed() throws IOException {
        byte[] good = Files.readAllBytes(CORPUS.resolve("background.response"));
        assertThat(StoredResponse.read(good).bytes()).isEqualTo(good);

        Random random = new Random(20261129);
        for (int round = 0; round < 5_000; round++) {
            byte[] bad = mutated(good, random);
            try {
                assertThat(StoredResponse.read(bad).bytes())
                        .as(HexFormat.of().formatHex(bad))
                        .isEqualTo(good);
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bad = good.clone();
        int at = random.nextInt(bad.length);
        switch (random.nextInt(3)) {
            case 0 -> bad[at] = (byte) random.nextInt();
            case 1 -> bad = Arrays.copyOf(bad, at);
            default -> bad = Arrays.copyOf(bad, bad.length + random.nextInt(1, 9));
        }
        return bad;
    }
}
