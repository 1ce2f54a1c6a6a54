package dev.culvert.daemon.state;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JDBC driver of PostgreSQL, which is not part of the daemon: finds its jar. */
final class PostgresDriver {
    /** Where Debian's package libpostgresql-jdbc-java has it. */
    private static final Path OF_DEBIAN = Path.of("/usr/share/java/postgresql.jar");

    private static final String CLASS = "org.postgresql.Driver";

    private final Optional<Path> jar;
    private final ClassLoader own;
    private final Path usual;
    private @Nullable Driver loaded;

    /**
     * @param jar that of the settings
     */
    PostgresDriver(Optional<Path> jar) {
        this(jar, PostgresDriver.class.getClassLoader(), OF_DEBIAN);
    }

    /**
     * @param own where it is if somebody has put it on the class path
     * @param usual where it is else
     */
    PostgresDriver(Optional<Path> jar, ClassLoader own, Path usual) {
        this.jar = jar;
        this.own = own;
        this.usual = usual;
    }

    /**
     * Loads it: from the jar of the settings, else from the class path or that of Debian.
     *
     * @throws IOException a clause that says where to get it
     */
    synchronized Driver load() throws IOException {
        Driver driver = loaded;
        if (driver == null) {
            driver = found();
            loaded = driver;
        }
        return driver;
    }

    private Driver found() throws IOException {
        if (jar.isPresent()) {
            return from(jar.get(), own);
        }
        try {
            return driver(own);
        } catch (ClassNotFoundException _) {
            if (Files.exists(usual)) {
                return from(usual, own);
            }
            throw new IOException(
                    "the JDBC driver of PostgreSQL is missing, which is not part of culvertd: install"
                            + " it (apt-get install libpostgresql-jdbc-java), or download its jar from"
                            + " https://jdbc.postgresql.org/download/ and set database.driver to its"
                            + " path");
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IOException("the JDBC driver of PostgreSQL cannot be used: " + e, e);
        }
    }

    /* Its loader stays open as long as the daemon runs: the driver loads classes later. */
    @SuppressWarnings("resource")
    private static Driver from(Path jar, ClassLoader parent) throws IOException {
        if (!Files.isReadable(jar)) {
            throw new IOException(
                    "database.driver is %s, which does not exist or cannot be read: give the path of the JDBC driver's jar"
                            .formatted(jar));
        }
        try {
            return driver(new URLClassLoader(new URL[] {jar.toUri().toURL()}, parent));
        } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
            throw new IOException(
                    "database.driver is %s, which is not the JDBC driver of PostgreSQL (%s): give the path of its jar"
                            .formatted(jar, e),
                    e);
        }
    }

    private static Driver driver(ClassLoader loader) throws ReflectiveOperationException {
        return Class.forName(CLASS, true, loader)
                .asSubclass(Driver.class)
                .getDeclaredConstructor()
                .newInstance();
    }
}
