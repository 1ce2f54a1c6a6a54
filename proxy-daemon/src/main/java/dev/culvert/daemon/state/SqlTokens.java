package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.config.Scope;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tokens in the database, without their secrets. */
final class SqlTokens implements TokenStore {
    private static final Comparator<Token> OLDEST_FIRST =
            Comparator.comparing(Token::created).thenComparing(Token::id);

    private final Database database;

    SqlTokens(Database database) {
        this.database = database;
    }

    @Override
    public List<Token> read() throws IOException {
        return database.run(SqlTokens::all);
    }

    @Override
    public List<Token> change(UnaryOperator<List<Token>> change) throws IOException {
        return database.run(connection -> {
            List<Token> before = all(connection);
            List<Token> after = List.copyOf(change.apply(before));
            replace(connection, before, after);
            return after;
        });
    }

    private static void replace(Connection connection, List<Token> before, List<Token> after)
            throws SQLException {
        Map<String, Token> known =
                before.stream().collect(Collectors.toMap(Token::id, Function.identity()));
        for (Token token : after) {
            if (!token.equals(known.remove(token.id()))) {
                Sql.update(connection, "DELETE FROM tokens WHERE id = ?", token.id());
                insert(connection, token);
            }
        }
        for (String gone : known.keySet()) {
            Sql.update(connection, "DELETE FROM tokens WHERE id = ?", gone);
        }
    }

    static void insert(Connection connection, Token token) throws SQLException {
        Grant grant = token.grant();
        Token.Former former = token.former();
        Sql.update(
                connection,
                """
                INSERT INTO tokens (id, name, tenant, scopes, roles, rate, bytes, turns, sha256,
                    created, expires, revoked, former_sha256, former_until)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                token.id(),
                grant.name(),
                grant.tenant(),
                joined(grant.scopes().stream().map(Scope::label).toList()),
                joined(grant.roles()),
                text(grant.limits().rate()),
                text(grant.limits().bytes()),
                (long) grant.limits().turns(),
                token.secret().hex(),
                token.created().toString(),
                text(token.expires()),
                text(token.revoked()),
                former == null ? null : former.secret().hex(),
                former == null ? null : former.until().toString());
    }

    static List<Token> all(Connection connection) throws SQLException {
        return Sql.list(connection, SqlTokens::token, "SELECT * FROM tokens").stream()
                .sorted(OLDEST_FIRST)
                .toList();
    }

    private static Token token(ResultSet row) throws SQLException {
        String id = row.getString("id");
        try {
            String former = row.getString("former_sha256");
            return new Token(
                    id,
                    new Grant(
                            row.getString("name"),
                            row.getString("tenant"),
                            split(row.getString("scopes")).stream()
                                    .map(label -> Scope.of(label).orElseThrow(() -> unknown(label)))
                                    .collect(Collectors.toSet()),
                            Set.copyOf(split(row.getString("roles"))),
                            Grant.Limits.of(
                                    row.getString("rate"),
                                    row.getString("bytes"),
                                    row.getInt("turns"))),
                    new SecretHash(row.getString("sha256")),
                    Instant.parse(row.getString("created")),
                    time(row.getString("expires")),
                    time(row.getString("revoked")),
                    former == null
                            ? null
                            : new Token.Former(
                                    new SecretHash(former),
                                    Instant.parse(row.getString("former_until"))));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException("the token " + id + " is not valid: " + e.getMessage(), e);
        }
    }

    private static IllegalArgumentException unknown(String scope) {
        return new IllegalArgumentException("there is no scope " + scope);
    }

    private static String joined(Collection<String> words) {
        return words.stream().sorted().collect(Collectors.joining(" "));
    }

    private static List<String> split(String words) {
        return words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }
}
