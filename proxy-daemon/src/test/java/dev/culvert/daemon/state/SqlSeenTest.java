package dev.culvert.daemon.state;

import dev.culvert.daemon.fleet.SeenStore;
import dev.culvert.daemon.fleet.SeenStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlSeenTest implements SeenStoreContract {
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
    public SeenStore store() throws IOException {
        return sqlite.stores().seen();
    }

    @Override
    public SeenStore storeAfterARestart() throws IOException {
        return sqlite.afterARestart().seen();
    }
}
