package dev.culvert.daemon.state;

import dev.culvert.daemon.operations.RunStore;
import dev.culvert.daemon.operations.RunStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlRunsTest implements RunStoreContract {
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
    public RunStore store() throws IOException {
        return sqlite.stores().runs();
    }

    @Override
    public RunStore storeAfterARestart() throws IOException {
        return sqlite.afterARestart().runs();
    }
}
