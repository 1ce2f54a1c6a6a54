package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.DesiredStore;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The desired configurations in the database, each with the hash of the configuration in the
 * settings. When the settings contain another configuration, the stored one no longer counts.
 */
/* Which agents have one is read once, at the start: a disk that hangs later delays only these. */
final class SqlDesired implements DesiredStore {
    private final Database database;
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    SqlDesired(Database database) throws IOException {
        this.database = database;
        held.addAll(
                database.run(connection ->
                        Sql.list(
                                connection, row -> row.getString(1), "SELECT agent FROM desired")));
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public boolean mayHold(String agentId) {
        return held.contains(agentId);
    }

    @Override
    public @Nullable Desired load(String agentId, String inSettings) throws IOException {
        if (!mayHold(agentId)) {
            return null;
        }
        String hash = hash(inSettings);
        return database
                .run(connection ->
                        Sql.list(
                                connection,
                                row -> new Desired(row.getLong(1), row.getString(2)),
                                "SELECT revision, payload FROM desired WHERE agent = ? AND settings_sha256 = ?",
                                agentId,
                                hash))
                .stream()
                .findFirst()
                .orElse(null);
    }

    @Override
    public void save(String agentId, String inSettings, Desired desired) throws IOException {
        held.add(agentId);
        String hash = hash(inSettings);
        database.run(connection -> insert(connection, agentId, hash, desired));
    }

    @Override
    public void forget(String agentId) throws IOException {
        if (!mayHold(agentId)) {
            return;
        }
        database.run(connection ->
                Sql.update(connection, "DELETE FROM desired WHERE agent = ?", agentId));
        held.remove(agentId);
    }

    static int insert(Connection connection, String agentId, String settingsHash, Desired desired)
            throws SQLException {
        Sql.update(connection, "DELETE FROM desired WHERE agent = ?", agentId);
        return Sql.update(
                connection,
                "INSERT INTO desired (agent, revision, settings_sha256, payload) VALUES (?, ?, ?, ?)",
                agentId,
                desired.revision(),
                settingsHash,
                desired.payload());
    }

    private static String hash(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
