package dev.culvert.daemon.state;

import dev.culvert.daemon.enrol.EnrolmentStore;
import dev.culvert.daemon.enrol.EnrolmentStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlEnrolmentsTest implements EnrolmentStoreContract {
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
    public EnrolmentStore open() throws IOException {
        return sqlite.afterARestart().enrolments();
    }
}
