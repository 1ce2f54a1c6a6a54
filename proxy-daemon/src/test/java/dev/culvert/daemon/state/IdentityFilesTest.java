package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.daemon.enrol.IdentityStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFilesTest implements IdentityStoreContract {
    @TempDir private Path folder;

    private final AtomicInteger failures = new AtomicInteger();

    @Override
    public IdentityStore open() {
        return new IdentityFiles(folder, failures::incrementAndGet);
    }

    @Test
    void onlyTheOwnerMayReadTheFiles() throws IOException {
        Path file = saved();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aDamagedFileIsNamedAndCounted() throws IOException {
        Path file = saved();
        Files.writeString(file, "{\"key\":");

        assertThatIOException()
                .isThrownBy(() -> open().read())
                .withMessageContaining("a file of state_dir is damaged")
                .withMessageContaining(file.toString());
        assertThat(failures).hasValue(1);
    }

    private Path saved() throws IOException {
        open().save(IdentityStoreContract.identity("web"));
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).findAny().orElseThrow();
        }
    }
}
