package dev.culvert.daemon.state;

import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.ApprovalStore;
import dev.culvert.daemon.approvals.Decision;
import dev.culvert.daemon.approvals.ParkedCall;
import dev.culvert.daemon.approvals.Standing;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The approvals in the database. */
/* A row changes only from the state that the caller knows: of two daemons or threads that decide about one call, one
 * finds that it changed nothing. */
final class SqlApprovals implements ApprovalStore {
    private static final String PENDING = "pending";
    private static final String ALLOWED = "allowed";
    private static final String DENIED = "denied";
    private static final String USED = "used";
    private static final String EXPIRED = "expired";
    private static final String WITHDRAWN = "withdrawn";

    /**
     * The columns of a standing.
     *
     * @param ended when it was used, has expired or was withdrawn
     */
    private record Columns(
            String state,
            @Nullable String by,
            @Nullable String reason,
            @Nullable Instant decided,
            @Nullable String claim,
            @Nullable Instant ended) {
        static Columns of(Standing standing) {
            return switch (standing) {
                case Standing.Pending _ -> new Columns(PENDING, null, null, null, null, null);
                case Standing.Decided(Decision it) ->
                        decided(it.isAllowed() ? ALLOWED : DENIED, it, null, null);
                case Standing.Used(Decision it, String claim, Instant at) ->
                        decided(USED, it, claim, at);
                case Standing.Expired(Instant at) ->
                        new Columns(EXPIRED, null, null, null, null, at);
                case Standing.Withdrawn(String why, Instant at) ->
                        new Columns(WITHDRAWN, null, why, null, null, at);
            };
        }

        private static Columns decided(
                String state, Decision it, @Nullable String claim, @Nullable Instant ended) {
            return new Columns(state, it.by(), it.reason(), it.at(), claim, ended);
        }
    }

    private final Database database;

    SqlApprovals(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<Approval> read() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        SqlApprovals::approval,
                        "SELECT * FROM approvals ORDER BY asked, id"));
    }

    @Override
    public @Nullable Approval find(String id) throws IOException {
        List<Approval> found =
                database.run(connection ->
                        Sql.list(
                                connection,
                                SqlApprovals::approval,
                                "SELECT * FROM approvals WHERE id = ?",
                                id));
        return found.isEmpty() ? null : found.getFirst();
    }

    private static Approval approval(ResultSet row) throws SQLException {
        String id = row.getString("id");
        try {
            return new Approval(
                    id,
                    row.getString("agent"),
                    row.getString("tenant"),
                    new ParkedCall(
                            row.getString("turn"),
                            row.getString("call_id"),
                            row.getString("tool"),
                            row.getString("arguments"),
                            row.getString("digest"),
                            row.getString("policy"),
                            row.getString("rule"),
                            row.getString("why")),
                    Instant.parse(row.getString("asked")),
                    Instant.parse(row.getString("expires")),
                    standing(row));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException("the approval " + id + " is not valid: " + e.getMessage(), e);
        }
    }

    private static Standing standing(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return switch (state) {
            case PENDING -> new Standing.Pending();
            case ALLOWED -> new Standing.Decided(decision(true, row));
            case DENIED -> new Standing.Decided(decision(false, row));
            case USED ->
                    new Standing.Used(
                            decision(true, row), row.getString("claim"), time("ended", row));
            case EXPIRED -> new Standing.Expired(time("ended", row));
            case WITHDRAWN -> new Standing.Withdrawn(row.getString("reason"), time("ended", row));
            default -> throw new IllegalArgumentException("nothing has the state " + state);
        };
    }

    private static Decision decision(boolean isAllowed, ResultSet row) throws SQLException {
        return new Decision(
                isAllowed,
                row.getString("decided_by"),
                row.getString("reason"),
                time("decided", row));
    }

    private static Instant time(String column, ResultSet row) throws SQLException {
        return Instant.parse(row.getString(column));
    }

    @Override
    public boolean add(Approval asked) throws IOException {
        ParkedCall call = asked.call();
        Columns columns = Columns.of(asked.standing());
        return database.run(connection ->
                Sql.update(
                                connection,
                                """
                                INSERT INTO approvals (id, agent, tenant, turn, call_id, tool, arguments, digest,
                                    policy, rule, why, asked, expires, state, decided_by, reason, decided, claim, ended)
                                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                                ON CONFLICT (id) DO NOTHING
                                """,
                                asked.id(),
                                asked.agent(),
                                asked.tenant(),
                                call.turn(),
                                call.callId(),
                                call.tool(),
                                call.arguments(),
                                call.digest(),
                                call.policy(),
                                call.rule(),
                                call.why(),
                                asked.asked().toString(),
                                asked.expires().toString(),
                                columns.state(),
                                columns.by(),
                                columns.reason(),
                                text(columns.decided()),
                                columns.claim(),
                                text(columns.ended()))
                        == 1);
    }

    @Override
    public boolean replace(Approval before, Approval after) throws IOException {
        Columns columns = Columns.of(after.standing());
        return database.run(connection ->
                Sql.update(
                                connection,
                                """
                                UPDATE approvals
                                SET state = ?, decided_by = ?, reason = ?, decided = ?, claim = ?, ended = ?
                                WHERE id = ? AND state = ?
                                """,
                                columns.state(),
                                columns.by(),
                                columns.reason(),
                                text(columns.decided()),
                                columns.claim(),
                                text(columns.ended()),
                                after.id(),
                                Columns.of(before.standing()).state())
                        == 1);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    @Override
    public void delete(Collection<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return;
        }
        database.run(connection -> {
            for (String id : ids) {
                Sql.update(connection, "DELETE FROM approvals WHERE id = ?", id);
            }
            return ids.size();
        });
    }
}
