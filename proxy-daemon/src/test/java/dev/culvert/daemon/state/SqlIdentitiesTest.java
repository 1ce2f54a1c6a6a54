package dev.culvert.daemon.state;

import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.daemon.enrol.IdentityStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlIdentitiesTest implements IdentityStoreContract {
    @TempDir private Path folder;

    private SqliteStores sqlite = new SqliteStores(Path.of(""));

    @BeforeEach
    void place() {
        sqlite = new SqliteStores(folder);
    }

    @AfterEach
    void close() {
        sqlite.close();
    }

    @Override
    public IdentityStore open() throws IOException {
        return sqlite.afterARestart().identities();
    }
}
