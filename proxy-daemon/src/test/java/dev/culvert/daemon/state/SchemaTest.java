package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.approvals.ApprovalStoreContract;
import dev.culvert.daemon.auth.TokenStoreContract;
import dev.culvert.daemon.continuations.ContinuationStoreContract;
import dev.culvert.daemon.enrol.EnrolmentStoreContract;
import dev.culvert.daemon.enrol.IdentityStoreContract;
import dev.culvert.daemon.fleet.AgentStoreContract;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.SeenStoreContract;
import dev.culvert.daemon.operations.RunStoreContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Databases of older versions, stored as they wrote them: version-N.db. */
class SchemaTest {
    private static final String SETTINGS = "{\"config\":{},\"tool_allowlist\":[]}";

    @TempDir Path folder;

    private static Stream<Integer> older() {
        return IntStream.range(1, Schema.newest()).boxed();
    }

    @ParameterizedTest
    @MethodSource("older")
    void anOlderOneIsBroughtForwardWithAllThatItHas(int version) throws IOException {
        try (InputStream stored =
                SchemaTest.class.getResourceAsStream("version-" + version + ".db")) {
            Files.copy(Objects.requireNonNull(stored), folder.resolve("culvert.db"));
        }

        try (SqliteStores sqlite = new SqliteStores(folder)) {
            Stores stores = sqlite.stores();
            assertThat(stores.tokens().read())
                    .containsExactly(TokenStoreContract.FIRST, TokenStoreContract.SECOND);
            assertThat(stores.desired().load("web-1", SETTINGS))
                    .isEqualTo(new Desired(7, "{\"config\":{\"a\":1},\n\"tool_allowlist\":[]}"));
            if (version < 2) { // which brought agents and when they were heard
                stores.agents().save(AgentStoreContract.WHOLE);
                stores.seen().save(Map.of("b", SeenStoreContract.THEN), List.of());
            }
            assertThat(stores.agents().read()).containsExactly(AgentStoreContract.WHOLE);
            assertThat(stores.seen().read()).isEqualTo(Map.of("b", SeenStoreContract.THEN));
            if (version < 3) { // which brought runs
                stores.runs().save(List.of(RunStoreContract.WHOLE), List.of());
            }
            assertThat(stores.runs().read()).containsExactly(RunStoreContract.WHOLE);
            if (version < 4) { // which brought enrolments and identities
                stores.enrolments().save(EnrolmentStoreContract.WHOLE);
                stores.identities().save(IdentityStoreContract.WHOLE);
            }
            assertThat(stores.enrolments().read()).containsExactly(EnrolmentStoreContract.WHOLE);
            assertThat(stores.identities().read()).containsExactly(IdentityStoreContract.WHOLE);
            if (version < 5) { // which brought responses
                stores.responses().save(Map.of("r", new byte[] {1}), List.of());
            }
            List<String> responses = new ArrayList<>();
            stores.responses().load((id, bytes) -> responses.add(id + bytes[0]));
            assertThat(responses).containsExactly("r1");
            if (version < 6) { // which brought approvals and continuations
                stores.approvals().add(ApprovalStoreContract.WHOLE);
                stores.continuations().save(ContinuationStoreContract.continuation("h", 1));
            }
            assertThat(stores.approvals().read()).containsExactly(ApprovalStoreContract.WHOLE);
            assertThat(stores.continuations().find("h"))
                    .usingRecursiveComparison()
                    .isEqualTo(ContinuationStoreContract.continuation("h", 1));
        }
        try (Database database = StateDir.database(folder, () -> {})) {
            if (version < 7) { // which brought flows, webhooks, tunnels, budgets and previews
                fillTheTablesOfVersion7(database);
            }
            assertThat(count(database, "previews")).isEqualTo(1);
            assertThat(count(database, "inventory_things")).isZero(); // which version 8 brought
        }
    }

    private static void fillTheTablesOfVersion7(Database database) throws IOException {
        byte[] content = {1};
        database.run(connection -> {
            insert(connection, "flow_runs", "r", "f", "t", "c", "done", "s", "e", content);
            insert(connection, "flow_steps", "r", "s", "done", "c", content);
            insert(connection, "flow_cache", "d", "s", content);
            insert(connection, "deliveries", "d", "due", 3, content);
            insert(connection, "drifts", "a", "s");
            insert(connection, "tunnels", "n", "up", "c", content);
            insert(connection, "budgets", "h", "hour", "s", 1L << 40, 1L);
            return insert(connection, "previews", "p", "a", "t", 3000, "c", "e", null);
        });
    }

    private static long count(Database database, String table) throws IOException {
        return database.run(connection ->
                Sql.list(connection, row -> row.getLong(1), "SELECT COUNT(*) FROM " + table)
                        .getFirst());
    }

    private static int insert(Connection connection, String table, @Nullable Object... values)
            throws SQLException {
        String places = ", ?".repeat(values.length).substring(2);
        return Sql.update(connection, "INSERT INTO " + table + " VALUES (" + places + ")", values);
    }

    @Test
    void aBroughtForwardOneHasTheTablesOfANewOne() throws IOException {
        List<String> fresh;
        try (Database database =
                StateDir.database(Files.createDirectory(folder.resolve("new")), () -> {})) {
            fresh = tables(database);
        }
        for (int version : older().toList()) {
            Path old = Files.createDirectory(folder.resolve("old-" + version));
            try (InputStream stored =
                    SchemaTest.class.getResourceAsStream("version-" + version + ".db")) {
                Files.copy(Objects.requireNonNull(stored), old.resolve("culvert.db"));
            }
            try (Database database = StateDir.database(old, () -> {})) {
                assertThat(tables(database)).isEqualTo(fresh);
            }
        }
    }

    private static List<String> tables(Database database) throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row -> row.getString(1),
                        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"));
    }
}
