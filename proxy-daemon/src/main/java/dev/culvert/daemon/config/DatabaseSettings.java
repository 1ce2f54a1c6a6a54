package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The section {@code database}: a database server, instead of the database in the {@code
 * state_dir}.
 *
 * @param url of JDBC, without a password
 * @param password asked for each connection
 * @param driver the jar with its JDBC driver
 */
public record DatabaseSettings(
        Optional<String> url,
        Optional<String> user,
        Optional<SecretSource> password,
        Optional<Path> driver) {
    /** How an address begins. */
    public static final String SCHEME = "jdbc:postgresql:";

    public static final DatabaseSettings DEFAULTS =
            new DatabaseSettings(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public DatabaseSettings {
        url.ifPresent(DatabaseSettings::check);
        Check.that(
                url.isPresent() || (user.isEmpty() && password.isEmpty() && driver.isEmpty()),
                "url",
                "missing",
                "the other keys of database have no effect without it");
    }

    /* The address is not repeated: somebody may have written a password into it. */
    private static void check(String url) {
        Check.that(
                url.startsWith(SCHEME + "//") && url.indexOf('@') < 0,
                "url",
                "what it is",
                "it must be jdbc:postgresql://HOST:PORT/DATABASE");
        Check.that(
                !url.matches("(?i).*[?&](ssl)?password=.*"),
                "url",
                "what it is",
                "a password belongs in database.password");
    }

    /** What it is called in messages: without what may follow the name of the database. */
    public static String name(String url) {
        return "PostgreSQL at " + url.substring(SCHEME.length()).replaceAll("[?].*", "");
    }

    static DatabaseSettings read(Section in) {
        return new DatabaseSettings(
                in.find("url", Kind.TEXT),
                in.find("user", Kind.TEXT),
                in.find("password", Kind.SECRET),
                in.find("driver", Kind.PATH));
    }
}
