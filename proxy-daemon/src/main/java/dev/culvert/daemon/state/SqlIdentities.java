package dev.culvert.daemon.state;

import dev.culvert.daemon.enrol.AgentIdentity;
import dev.culvert.daemon.enrol.AgentIdentity.Joined;
import dev.culvert.daemon.enrol.AgentIdentity.Keys;
import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Joining;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The identities of agents in the database: public keys, and what is known of their joins. */
final class SqlIdentities implements IdentityStore {
    private record Fact(String agent, String name, String value) {}

    private final Database database;

    SqlIdentities(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<AgentIdentity> read() throws IOException {
        return database.run(connection -> {
            Map<String, Map<String, String>> facts = new HashMap<>();
            for (Fact fact :
                    Sql.list(
                            connection,
                            row -> new Fact(row.getString(1), row.getString(2), row.getString(3)),
                            "SELECT agent, name, value FROM identity_facts")) {
                facts.computeIfAbsent(fact.agent(), _ -> new HashMap<>())
                        .put(fact.name(), fact.value());
            }
            return Sql.list(
                    connection,
                    row -> identity(row, facts),
                    "SELECT * FROM identities ORDER BY agent");
        });
    }

    private static AgentIdentity identity(ResultSet row, Map<String, Map<String, String>> facts)
            throws SQLException {
        String agent = row.getString("agent");
        try {
            String former = row.getString("former_key");
            return new AgentIdentity(
                    agent,
                    row.getString("tenant"),
                    row.getString("parent"),
                    Instant.parse(row.getString("created")),
                    new Keys(
                            new AgentKey(row.getString("present_key")),
                            Instant.parse(row.getString("key_made")),
                            former == null ? null : new AgentKey(former)),
                    joined(row.getString("joined"), row),
                    facts.getOrDefault(agent, Map.of()),
                    time(row.getString("revoked")));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException(
                    "the identity of agent " + agent + " is not valid: " + e.getMessage(), e);
        }
    }

    private static @Nullable Joined joined(@Nullable String when, ResultSet row)
            throws SQLException {
        return when == null
                ? null
                : new Joined(
                        new Joining(
                                row.getLong("joins"),
                                row.getString("instance"),
                                row.getString("generation")),
                        Instant.parse(when));
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    @Override
    public void save(AgentIdentity identity) throws IOException {
        database.run(connection -> {
            delete(connection, identity.agentId());
            insert(connection, identity);
            for (Map.Entry<String, String> fact : identity.facts().entrySet()) {
                Sql.update(
                        connection,
                        "INSERT INTO identity_facts (agent, name, value) VALUES (?, ?, ?)",
                        identity.agentId(),
                        fact.getKey(),
                        fact.getValue());
            }
            return identity.facts().size();
        });
    }

    private static void insert(Connection connection, AgentIdentity identity) throws SQLException {
        AgentKey former = identity.keys().former();
        Joined joined = identity.joined();
        Instant revoked = identity.revoked();
        Sql.update(
                connection,
                """
                INSERT INTO identities (agent, tenant, parent, created, present_key, key_made,
                    former_key, joins, instance, generation, joined, revoked)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                identity.agentId(),
                identity.tenant(),
                identity.parent(),
                identity.created().toString(),
                identity.keys().present().text(),
                identity.keys().made().toString(),
                former == null ? null : former.text(),
                joined == null ? null : joined.joining().counter(),
                joined == null ? null : joined.joining().instance(),
                joined == null ? null : joined.joining().generation(),
                joined == null ? null : joined.when().toString(),
                revoked == null ? null : revoked.toString());
    }

    @Override
    public void delete(String agentId) throws IOException {
        database.run(connection -> delete(connection, agentId));
    }

    private static int delete(Connection connection, String agentId) throws SQLException {
        Sql.update(connection, "DELETE FROM identity_facts WHERE agent = ?", agentId);
        return Sql.update(connection, "DELETE FROM identities WHERE agent = ?", agentId);
    }
}
