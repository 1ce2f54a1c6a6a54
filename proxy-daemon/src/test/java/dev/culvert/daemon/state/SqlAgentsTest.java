package dev.culvert.daemon.state;

import dev.culvert.daemon.fleet.AgentStore;
import dev.culvert.daemon.fleet.AgentStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlAgentsTest implements AgentStoreContract {
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
    public AgentStore store() throws IOException {
        return sqlite.stores().agents();
    }

    @Override
    public AgentStore storeAfterARestart() throws IOException {
        return sqlite.afterARestart().agents();
    }
}
