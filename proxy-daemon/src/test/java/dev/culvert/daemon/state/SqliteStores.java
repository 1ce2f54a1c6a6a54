package dev.culvert.daemon.state;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The stores of a directory, opened once and again. */
final class SqliteStores implements AutoCloseable {
    private final Path directory;
    private @Nullable Database database;
    private @Nullable Stores stores;

    SqliteStores(Path directory) {
        this.directory = directory;
    }

    Stores stores() throws IOException {
        Stores now = stores;
        if (now == null) {
            Database opened = StateDir.database(directory, () -> {});
            database = opened;
            now = Stores.in(opened);
            stores = now;
        }
        return now;
    }

    Stores afterARestart() throws IOException {
        close();
        return stores();
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
        database = null;
        stores = null;
    }
}
