package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.daemon.enrol.EnrolmentStore;
import dev.culvert.identity.AgentKey;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The enrolments in the database, without their tokens. */
final class SqlEnrolments implements EnrolmentStore {
    private final Database database;

    SqlEnrolments(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<Enrolment> read() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        SqlEnrolments::enrolment,
                        "SELECT * FROM enrolments ORDER BY id"));
    }

    private static Enrolment enrolment(ResultSet row) throws SQLException {
        String id = row.getString("id");
        try {
            return new Enrolment(
                    id,
                    new SecretHash(row.getString("sha256")),
                    row.getString("name"),
                    row.getString("tenant"),
                    row.getString("made_by"),
                    Instant.parse(row.getString("created")),
                    Instant.parse(row.getString("expires")),
                    claim(row.getString("agent"), row));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException("the enrolment " + id + " is not valid: " + e.getMessage(), e);
        }
    }

    private static @Nullable Claim claim(@Nullable String agent, ResultSet row)
            throws SQLException {
        if (agent == null) {
            return null;
        }
        String done = row.getString("done");
        return new Claim(
                agent,
                new AgentKey(row.getString("agent_key")),
                Instant.parse(row.getString("claimed")),
                done == null ? null : Instant.parse(done));
    }

    @Override
    public void save(Enrolment enrolment) throws IOException {
        Claim claim = enrolment.claim();
        Instant done = claim == null ? null : claim.done();
        database.run(connection -> {
            Sql.update(connection, "DELETE FROM enrolments WHERE id = ?", enrolment.id());
            return Sql.update(
                    connection,
                    """
                    INSERT INTO enrolments (id, sha256, name, tenant, made_by, created, expires,
                        agent, agent_key, claimed, done)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    enrolment.id(),
                    enrolment.token().hex(),
                    enrolment.name(),
                    enrolment.tenant(),
                    enrolment.by(),
                    enrolment.created().toString(),
                    enrolment.expires().toString(),
                    claim == null ? null : claim.agentId(),
                    claim == null ? null : claim.key().text(),
                    claim == null ? null : claim.since().toString(),
                    done == null ? null : done.toString());
        });
    }

    @Override
    public void delete(String id) throws IOException {
        database.run(
                connection -> Sql.update(connection, "DELETE FROM enrolments WHERE id = ?", id));
    }
}
