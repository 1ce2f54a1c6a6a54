package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresDriverTest {
    @TempDir Path folder;

    @Test
    void aJarThatIsMissingIsNamedWithItsKey() {
        assertThatIOException()
                .isThrownBy(() -> load(folder.resolve("none.jar")))
                .withMessageContaining("database.driver is " + folder.resolve("none.jar"))
                .withMessageContaining("does not exist");
    }

    @Test
    void aJarOfSomethingElseIsRefused() throws IOException {
        Path jar = Files.writeString(folder.resolve("other.jar"), "no jar");

        assertThatIOException()
                .isThrownBy(() ->
                        new PostgresDriver(
                                        Optional.of(jar),
                                        getClass().getClassLoader().getParent(),
                                        jar)
                                .load())
                .withMessageContaining("is not the JDBC driver of PostgreSQL");
    }

    @Test
    void withoutOneItSaysWhereToGetIt() {
        assertThatIOException()
                .isThrownBy(() ->
                        new PostgresDriver(
                                        Optional.empty(),
                                        getClass().getClassLoader().getParent(),
                                        folder.resolve("debian.jar"))
                                .load())
                .withMessageContaining("apt-get install libpostgresql-jdbc-java")
                .withMessageContaining("database.driver");
    }

    private static void load(Path jar) throws IOException {
        new PostgresDriver(Optional.of(jar)).load();
    }
}
