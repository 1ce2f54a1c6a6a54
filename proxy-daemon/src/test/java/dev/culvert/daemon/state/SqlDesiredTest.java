package dev.culvert.daemon.state;

import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.DesiredStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlDesiredTest implements DesiredStoreContract {
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

    @Override
    public DesiredStore store() throws IOException {
        return sqlite.stores().desired();
    }

    @Override
    public DesiredStore storeAfterARestart() throws IOException {
        return sqlite.afterARestart().desired();
    }
}
