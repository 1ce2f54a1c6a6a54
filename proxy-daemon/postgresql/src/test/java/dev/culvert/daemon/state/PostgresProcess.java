package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.settings.SecretSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server of Debian's PostgreSQL, with files of its own. As root it runs as the user nobody,
 * because PostgreSQL refuses root.
 */
public final class PostgresProcess implements AutoCloseable {
    private static final Path PROGRAMS =
            Path.of(System.getProperty("postgresql.bin", "/usr/lib/postgresql/15/bin"));
    private static final String USER = "culvert";
    private static final String PASSWORD = "a password of tests";

    private final Path folder;
    private final int port;
    private @Nullable Process server;
    private int schemas;

    private PostgresProcess(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Skips the test where PostgreSQL is not installed. */
    public static PostgresProcess start() throws IOException {
        assumeTrue(
                Files.isExecutable(PROGRAMS.resolve("initdb")),
                "not tested with PostgreSQL: "
                        + PROGRAMS
                        + " has no initdb (apt-get install postgresql-15)");
        Path folder = Files.createTempDirectory("culvert-postgresql");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path password = Files.writeString(folder.resolve("password"), PASSWORD);
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        if (isRoot()) {
            for (Path it : List.of(folder, password)) {
                Files.setOwner(
                        it,
                        it.getFileSystem()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByName("nobody"));
            }
        }
        PostgresProcess process = new PostgresProcess(folder, freePort());
        boolean isStarted = false;
        try {
            process.initialise(password);
            process.startAgain();
            isStarted = true;
            return process;
        } finally {
            if (!isStarted) {
                process.close();
            }
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(
                    List.of(
                            "setpriv",
                            "--reuid=nobody",
                            "--regid=nogroup",
                            "--clear-groups",
                            "--"));
        }
        command.add(PROGRAMS.resolve(program).toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void initialise(Path password) throws IOException {
        Process init =
                run(
                        "initdb",
                        "--no-sync",
                        "--username=" + USER,
                        "--pwfile=" + password,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--no-locale",
                        "-D",
                        data());
        String said = new String(init.getInputStream().readAllBytes(), UTF_8);
        if (ended(init) != 0) {
            throw new IOException(said);
        }
    }

    /** After {@link #stop}, on the same port. */
    public void startAgain() throws IOException {
        Process started =
                run(
                        "postgres",
                        "-D",
                        data(),
                        "-p",
                        String.valueOf(port),
                        "-h",
                        "127.0.0.1",
                        "-k",
                        folder.toString(),
                        "-c",
                        "shared_buffers=8MB",
                        "-c",
                        "fsync=off");
        server = started;
        BufferedReader lines = started.inputReader();
        StringBuilder said = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.contains("ready to accept connections")) {
            said.append(line).append('\n');
            line = lines.readLine();
        }
        if (line == null) {
            throw new IOException(said.toString());
        }
        Thread.ofVirtual().start(() -> drain(started.getInputStream()));
    }

    private static void drain(InputStream output) {
        try (output) {
            output.skip(Long.MAX_VALUE);
        } catch (IOException _) {
            return; // it has ended
        }
    }

    /** At once, as if it had crashed. */
    public void stop() {
        Process running = server;
        if (running != null) {
            try {
                new ProcessBuilder("kill", "-QUIT", String.valueOf(running.pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            ended(running);
            server = null;
        }
    }

    private static int ended(Process process) {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("PostgreSQL did not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The settings for a new and empty schema. */
    public DatabaseSettings freshSchema() throws IOException {
        String name = "s" + ++schemas;
        execute("CREATE SCHEMA " + name);
        return settings("?currentSchema=" + name);
    }

    /** The settings of its database, with these options. */
    public DatabaseSettings settings(String options) {
        return new DatabaseSettings(
                Optional.of("jdbc:postgresql://127.0.0.1:" + port + "/postgres" + options),
                Optional.of(USER),
                Optional.of(new SecretSource.FromFile(password())),
                Optional.empty());
    }

    /** The file with the password of the user culvert. */
    public Path password() {
        return folder.resolve("password");
    }

    /** The address of its database, with these options. */
    public String url(String options) {
        return settings(options).url().orElseThrow();
    }

    void execute(String sql) throws IOException {
        try (Connection connection = new PostgresServer(settings(""), false).connect()) {
            Sql.execute(connection, sql);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
