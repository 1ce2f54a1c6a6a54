package dev.culvert.daemon.state;

import dev.culvert.daemon.providers.BudgetRow;
import dev.culvert.daemon.providers.BudgetStore;
import dev.culvert.daemon.providers.Holder;
import dev.culvert.daemon.providers.Span;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** What was used of providers, in the database. */
final class SqlBudgets implements BudgetStore {
    private final Database database;

    SqlBudgets(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<BudgetRow> read() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row ->
                                row(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getLong(4),
                                        row.getLong(5)),
                        "SELECT holder, unit, span, tokens, requests FROM budgets"));
    }

    private static BudgetRow row(
            String holder, String unit, String span, long tokens, long requests)
            throws SQLException {
        try {
            return new BudgetRow(
                    Holder.parse(holder), Span.of(unit), Instant.parse(span), tokens, requests);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException("a row of budgets is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(Collection<BudgetRow> changed, Collection<BudgetRow> gone) throws IOException {
        database.run(connection -> {
            for (BudgetRow row : gone) {
                delete(connection, row);
            }
            for (BudgetRow row : changed) {
                delete(connection, row);
                Sql.update(
                        connection,
                        "INSERT INTO budgets (holder, unit, span, tokens, requests) VALUES (?, ?, ?, ?, ?)",
                        row.holder().toString(),
                        row.span().label(),
                        row.start().toString(),
                        row.tokens(),
                        row.requests());
            }
            return changed.size();
        });
    }

    private static void delete(Connection connection, BudgetRow row) throws SQLException {
        Sql.update(
                connection,
                "DELETE FROM budgets WHERE holder = ? AND unit = ? AND span = ?",
                row.holder().toString(),
                row.span().label(),
                row.start().toString());
    }
}
