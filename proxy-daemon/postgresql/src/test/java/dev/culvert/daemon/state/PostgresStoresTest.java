package dev.culvert.daemon.state;

import dev.culvert.daemon.config.DatabaseSettings;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The stores in a real PostgreSQL: the same contract as in SQLite. */
class PostgresStoresTest extends StoresContract {
    private static PostgresProcess postgres;

    private DatabaseSettings settings;

    @BeforeAll
    static void start() throws IOException {
        postgres = PostgresProcess.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void fresh() throws IOException {
        settings = postgres.freshSchema();
    }

    @Override
    Database open() throws IOException {
        return Database.open(
                new PostgresServer(settings, true), _ -> {}, Duration.ofSeconds(30), () -> {});
    }
}
