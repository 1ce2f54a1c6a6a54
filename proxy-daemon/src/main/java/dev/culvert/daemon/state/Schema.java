package dev.culvert.daemon.state;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The tables of the database, by version. */
/* A version never changes once it was released. To add or change a table, append a version, store a database of the
 * version before in src/test/resources, and test that it is brought forward. Only types and statements that SQLite and
 * PostgreSQL share; times are text as of Instant. SQLite takes a type that it does not know, such as BYTEA, and stores
 * bytes there as they are. */
final class Schema {
    private static final List<List<String>> VERSIONS =
            List.of(
                    List.of(
                            """
                            CREATE TABLE tokens (
                                id TEXT PRIMARY KEY,
                                name TEXT NOT NULL,
                                tenant TEXT,
                                scopes TEXT NOT NULL,
                                roles TEXT NOT NULL,
                                rate TEXT,
                                bytes TEXT,
                                turns BIGINT NOT NULL,
                                sha256 TEXT NOT NULL,
                                created TEXT NOT NULL,
                                expires TEXT,
                                revoked TEXT,
                                former_sha256 TEXT,
                                former_until TEXT)
                            """,
                            """
                            CREATE TABLE desired (
                                agent TEXT PRIMARY KEY,
                                revision BIGINT NOT NULL,
                                settings_sha256 TEXT NOT NULL,
                                payload TEXT NOT NULL)
                            """,
                            "CREATE TABLE imports (source TEXT PRIMARY KEY, imported TEXT NOT"
                                    + " NULL)"),
                    List.of(
                            """
                            CREATE TABLE agents (
                                id TEXT PRIMARY KEY,
                                tenant TEXT NOT NULL,
                                address TEXT NOT NULL,
                                config TEXT)
                            """,
                            """
                            CREATE TABLE agent_tools (
                                agent TEXT NOT NULL,
                                position BIGINT NOT NULL,
                                tool TEXT NOT NULL,
                                PRIMARY KEY (agent, position))
                            """,
                            "CREATE TABLE last_seen (agent TEXT PRIMARY KEY, heard TEXT NOT NULL)"),
                    List.of(
                            """
                            CREATE TABLE runs (
                                id TEXT PRIMARY KEY,
                                operation TEXT NOT NULL,
                                path TEXT NOT NULL,
                                caller TEXT NOT NULL,
                                caller_kind TEXT NOT NULL,
                                tenant TEXT,
                                request TEXT NOT NULL,
                                begun TEXT NOT NULL,
                                bytes_in BIGINT NOT NULL,
                                cpu_nanos BIGINT NOT NULL,
                                status BIGINT NOT NULL,
                                nanos BIGINT NOT NULL,
                                bytes_out BIGINT NOT NULL,
                                error TEXT)
                            """,
                            """
                            CREATE TABLE run_lines (
                                run TEXT NOT NULL,
                                position BIGINT NOT NULL,
                                line TEXT NOT NULL,
                                PRIMARY KEY (run, position))
                            """),
                    List.of(
                            """
                            CREATE TABLE enrolments (
                                id TEXT PRIMARY KEY,
                                sha256 TEXT NOT NULL,
                                name TEXT NOT NULL,
                                tenant TEXT NOT NULL,
                                made_by TEXT NOT NULL,
                                created TEXT NOT NULL,
                                expires TEXT NOT NULL,
                                agent TEXT,
                                agent_key TEXT,
                                claimed TEXT,
                                done TEXT)
                            """,
                            """
                            CREATE TABLE identities (
                                agent TEXT PRIMARY KEY,
                                tenant TEXT NOT NULL,
                                parent TEXT NOT NULL,
                                created TEXT NOT NULL,
                                present_key TEXT NOT NULL,
                                key_made TEXT NOT NULL,
                                former_key TEXT,
                                joins BIGINT,
                                instance TEXT,
                                generation TEXT,
                                joined TEXT,
                                revoked TEXT)
                            """,
                            """
                            CREATE TABLE identity_facts (
                                agent TEXT NOT NULL,
                                name TEXT NOT NULL,
                                value TEXT NOT NULL,
                                PRIMARY KEY (agent, name))
                            """),
                    List.of(
                            """
                            CREATE TABLE responses (
                                id TEXT PRIMARY KEY,
                                content BYTEA NOT NULL,
                                damage TEXT)
                            """),
                    List.of(
                            """
                            CREATE TABLE approvals (
                                id TEXT PRIMARY KEY,
                                agent TEXT NOT NULL,
                                tenant TEXT NOT NULL,
                                turn TEXT NOT NULL,
                                call_id TEXT NOT NULL,
                                tool TEXT NOT NULL,
                                arguments TEXT NOT NULL,
                                digest TEXT NOT NULL,
                                policy TEXT NOT NULL,
                                rule TEXT NOT NULL,
                                why TEXT NOT NULL,
                                asked TEXT NOT NULL,
                                expires TEXT NOT NULL,
                                state TEXT NOT NULL,
                                decided_by TEXT,
                                reason TEXT,
                                decided TEXT,
                                claim TEXT,
                                ended TEXT)
                            """,
                            """
                            CREATE TABLE continuations (
                                hash TEXT PRIMARY KEY,
                                turn TEXT NOT NULL,
                                tenant TEXT NOT NULL,
                                caller TEXT NOT NULL,
                                agent TEXT NOT NULL,
                                expires TEXT NOT NULL,
                                used TEXT,
                                content BYTEA NOT NULL)
                            """),
                    List.of(
                            """
                            CREATE TABLE flow_runs (
                                id TEXT PRIMARY KEY,
                                flow TEXT NOT NULL,
                                tenant TEXT NOT NULL,
                                caller TEXT NOT NULL,
                                state TEXT NOT NULL,
                                started TEXT NOT NULL,
                                ended TEXT,
                                content BYTEA NOT NULL)
                            """,
                            """
                            CREATE TABLE flow_steps (
                                run TEXT NOT NULL,
                                step TEXT NOT NULL,
                                state TEXT NOT NULL,
                                changed TEXT NOT NULL,
                                content BYTEA NOT NULL,
                                PRIMARY KEY (run, step))
                            """,
                            """
                            CREATE TABLE flow_cache (
                                digest TEXT PRIMARY KEY,
                                stored TEXT NOT NULL,
                                content BYTEA NOT NULL)
                            """,
                            """
                            CREATE TABLE deliveries (
                                id TEXT PRIMARY KEY,
                                due TEXT NOT NULL,
                                attempts INTEGER NOT NULL,
                                content BYTEA NOT NULL)
                            """,
                            """
                            CREATE TABLE drifts (
                                agent TEXT PRIMARY KEY,
                                since TEXT NOT NULL)
                            """,
                            """
                            CREATE TABLE tunnels (
                                name TEXT PRIMARY KEY,
                                wanted TEXT NOT NULL,
                                changed TEXT NOT NULL,
                                content BYTEA NOT NULL)
                            """,
                            """
                            CREATE TABLE budgets (
                                holder TEXT NOT NULL,
                                unit TEXT NOT NULL,
                                span TEXT NOT NULL,
                                tokens BIGINT NOT NULL,
                                requests BIGINT NOT NULL,
                                PRIMARY KEY (holder, unit, span))
                            """,
                            """
                            CREATE TABLE previews (
                                id TEXT PRIMARY KEY,
                                agent TEXT NOT NULL,
                                tenant TEXT NOT NULL,
                                port INTEGER NOT NULL,
                                caller TEXT NOT NULL,
                                expires TEXT NOT NULL,
                                revoked TEXT)
                            """),
                    List.of(
                            """
                            CREATE TABLE inventory_servers (
                                name TEXT PRIMARY KEY,
                                polled TEXT NOT NULL,
                                version TEXT NOT NULL)
                            """,
                            """
                            CREATE TABLE inventory_things (
                                server TEXT NOT NULL,
                                kind TEXT NOT NULL,
                                id TEXT NOT NULL,
                                seen TEXT NOT NULL,
                                changed TEXT NOT NULL,
                                content TEXT NOT NULL,
                                PRIMARY KEY (server, kind, id))
                            """,
                            """
                            CREATE TABLE inventory_changes (
                                server TEXT NOT NULL,
                                place BIGINT NOT NULL,
                                subject TEXT NOT NULL,
                                at TEXT NOT NULL,
                                what TEXT NOT NULL,
                                former TEXT NOT NULL,
                                latter TEXT NOT NULL,
                                PRIMARY KEY (server, place))
                            """,
                            """
                            CREATE INDEX inventory_changes_of_subject
                                ON inventory_changes (server, subject, place)
                            """,
                            """
                            CREATE TABLE infra_states (
                                name TEXT PRIMARY KEY,
                                revision BIGINT NOT NULL,
                                author TEXT NOT NULL,
                                written TEXT NOT NULL,
                                run TEXT NOT NULL,
                                managed BYTEA NOT NULL,
                                content BYTEA NOT NULL)
                            """));

    private Schema() {}

    static int newest() {
        return VERSIONS.size();
    }

    /**
     * Brings the tables to the newest version, within a transaction of the caller.
     *
     * @param database its name, for errors
     * @throws IOException one clause, when a newer program has written it
     */
    static void migrate(Connection connection, String database) throws SQLException, IOException {
        Sql.update(
                connection, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
        int version = check(connection, database);
        if (version == newest()) {
            return;
        }
        for (String statement :
                VERSIONS.subList(version, newest()).stream().flatMap(List::stream).toList()) {
            Sql.update(connection, statement);
        }
        Sql.update(connection, "DELETE FROM schema_version");
        Sql.update(connection, "INSERT INTO schema_version (version) VALUES (?)", newest());
    }

    /**
     * Returns the version of the tables; 0 if there are none.
     *
     * @param database its name, for errors
     * @throws IOException one clause, when a newer program has written it
     */
    static int check(Connection connection, String database) throws SQLException, IOException {
        int version =
                Sql.list(connection, row -> row.getInt(1), "SELECT version FROM schema_version")
                        .stream()
                        .findFirst()
                        .orElse(0);
        if (version > newest()) {
            throw new IOException(
                    "%s was written by a newer culvertd: it has version %d of the tables, and this culvertd knows %d at most; install the newer culvertd again, or put a backup from before in its place"
                            .formatted(database, version, newest()));
        }
        return version;
    }
}
