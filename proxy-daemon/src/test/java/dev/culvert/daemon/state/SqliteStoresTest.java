package dev.culvert.daemon.state;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoresTest extends StoresContract {
    @TempDir Path folder;

    @Override
    Database open() throws IOException {
        return StateDir.database(folder, () -> {});
    }
}
