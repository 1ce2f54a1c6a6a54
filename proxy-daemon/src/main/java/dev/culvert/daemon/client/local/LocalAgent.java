package dev.culvert.daemon.client.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An agent on this machine and the daemon to reach it; both end with it. */
public final class LocalAgent implements AutoCloseable {
    /** Its name. */
    public static final String NAME = "local";

    private static final Duration TO_BE_READY = Duration.ofSeconds(20);

    private final Places places;
    private final FileChannel lock;
    private final List<Child> children = new ArrayList<>();

    /**
     * Where it has what.
     *
     * @param state what outlives it, for each project
     * @param sockets removed with it
     */
    private record Places(Path state, Path sockets) {
        Path http() {
            return sockets.resolve("http.sock");
        }

        Path agent() {
            return sockets.resolve("agent.sock");
        }
    }

    private LocalAgent(Places places, FileChannel lock) {
        this.places = places;
        this.lock = lock;
    }

    /**
     * Starts both, and waits until the agent can be asked.
     *
     * @param root of the project
     * @throws IOException if a program is missing or does not start; the message says why
     */
    public static LocalAgent start(Path root, LocalRuntime runtime, Surroundings around)
            throws IOException {
        Map<String, String> environment = around.environment();
        Path agent = program("culvert-agent", environment);
        Path daemon = program("culvertd", environment);
        Path state = state(root, environment);
        FileChannel lock = lock(state, root);
        LocalAgent local = null;
        try {
            local = new LocalAgent(new Places(state, sockets(environment)), lock);
            local.startAgent(agent, runtime, environment);
            local.startDaemon(daemon, environment);
            local.awaitReady();
            return local;
        } catch (IOException | RuntimeException e) {
            if (local == null) {
                lock.close();
            } else {
                local.close();
            }
            throw e;
        }
    }

    private void startAgent(Path program, LocalRuntime runtime, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(List.of("--listen", "unix://" + places.agent()));
        command.addAll(List.of("--state-dir", places.state.resolve("agent").toString()));
        command.addAll(List.of("--drain", "1s"));
        command.addAll(runtime.flags());
        Map<String, String> kept =
                without(
                        environment,
                        name ->
                                name.startsWith("CULVERT_")
                                        && !name.startsWith("CULVERT_AGENT_RUNTIME")
                                        && !name.startsWith("CULVERT_AGENT_ANTHROPIC")
                                        && !name.equals("CULVERT_JAVA_OPTIONS"));
        start("culvert-agent", command, kept, "agent.log");
    }

    private void startDaemon(Path program, Map<String, String> environment) throws IOException {
        Value settings =
                Value.members(
                        "http",
                        Value.members(
                                "listen", Value.of(List.of(Value.of("unix://" + places.http())))),
                        "admin",
                        Value.members("listen", Value.of(List.<Value>of())),
                        "agents",
                        Value.of(
                                List.of(
                                        Value.members(
                                                "id",
                                                NAME,
                                                "address",
                                                "unix://" + places.agent()))),
                        "state_dir",
                        places.state.resolve("daemon").toString(),
                        "timeouts",
                        Value.members("drain", "1s"));
        Path file = places.sockets.resolve("culvertd.json");
        OwnerOnly.write(file, UTF_8.encode(settings.prettyJson()));
        start(
                "culvertd",
                List.of(program.toString(), "serve", "--config", file.toString()),
                without(
                        environment,
                        name ->
                                name.startsWith("CULVERT_")
                                        && !name.equals("CULVERT_JAVA_OPTIONS")),
                "daemon.log");
    }

    private void start(
            String name, List<String> command, Map<String, String> environment, String log)
            throws IOException {
        Child child = Child.start(name, command, environment, places.state.resolve(log));
        children.add(child);
        child.awaitReady();
    }

    /* Nothing of systemd's is meant for a child: it would tell systemd that the chat is ready. */
    private static Map<String, String> without(
            Map<String, String> environment, Predicate<String> isNotForIt) {
        Map<String, String> kept = new HashMap<>(environment);
        kept.keySet().removeIf(isNotForIt);
        kept.keySet()
                .removeAll(
                        List.of(
                                "NOTIFY_SOCKET",
                                "WATCHDOG_USEC",
                                "WATCHDOG_PID",
                                "LISTEN_FDS",
                                "LISTEN_PID",
                                "LISTEN_FDNAMES",
                                "JOURNAL_STREAM",
                                "INVOCATION_ID",
                                "STATE_DIRECTORY",
                                "RUNTIME_DIRECTORY",
                                "CREDENTIALS_DIRECTORY"));
        return kept;
    }

    private void awaitReady() throws IOException {
        Api api =
                new Api(new Server.Unix(places.http()), "", Optional.empty(), TO_BE_READY, _ -> {});
        long deadline = System.nanoTime() + TO_BE_READY.toNanos();
        while (!api.get("/api/v1/agents/" + Request.segment(NAME)).text("state").equals("ready")) {
            for (Child child : children) {
                child.check();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "the local agent was not ready within %d s: see the logs in %s"
                                .formatted(TO_BE_READY.toSeconds(), places.state));
            }
            Child.pause();
        }
    }

    /** The daemon. */
    public Target target() {
        return Target.without(new Server.Unix(places.http()), "--local");
    }

    /** The processes, for tests and messages. */
    List<Long> pids() {
        return children.stream().map(Child::pid).toList();
    }

    /** Where its logs are. */
    public Path folder() {
        return places.state;
    }

    /** Beside this command, in the PATH, or where a source tree has it. */
    private static Path program(String name, Map<String, String> environment)
            throws UsageException {
        String home = System.getProperty("culvert.home", "");
        Stream<String> beside =
                home.isEmpty()
                        ? Stream.of()
                        : Stream.of(
                                home + "/bin",
                                home + "/../" + name + "/bin",
                                home + "/../../../guest-agent/target/" + name + "/bin");
        Stream<String> path =
                Arrays.stream(environment.getOrDefault("PATH", "").split(":"))
                        .filter(folder -> folder.startsWith("/"));
        return Stream.concat(beside, path)
                .map(folder -> Path.of(folder, name).toAbsolutePath().normalize())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElseThrow(() ->
                        new UsageException(
                                "--local needs %s, which is neither in PATH nor beside culvert: install the packages culvertd (which contains culvert, too) and culvert-agent, or unpack their tar.gz beside each other"
                                        .formatted(name)));
    }

    private static Path state(Path root, Map<String, String> environment) throws IOException {
        String said = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base =
                said.startsWith("/")
                        ? Path.of(said)
                        : Path.of(environment.getOrDefault("HOME", "/"), ".local", "state");
        Path folder = base.resolve("culvert").resolve("local").resolve(ProjectName.of(root));
        try {
            OwnerOnly.createDirectories(folder);
            return folder;
        } catch (IOException e) {
            throw new IOException("--local has no place for its state: " + FileTrouble.of(e), e);
        }
    }

    private static Path sockets(Map<String, String> environment) throws IOException {
        String said = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        Path base =
                said.startsWith("/") && Files.isDirectory(Path.of(said))
                        ? Path.of(said)
                        : Path.of("/tmp");
        return Files.createTempDirectory(
                base,
                "culvert-local-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static FileChannel lock(Path state, Path root) throws IOException {
        FileChannel channel = OwnerOnly.open(state.resolve("lock"));
        boolean isMine = false;
        try {
            FileLock lock = channel.tryLock();
            isMine = lock != null;
        } catch (OverlappingFileLockException _) {
            // of this process
        } finally {
            if (!isMine) {
                channel.close();
            }
        }
        if (!isMine) {
            throw new IOException(
                    "another culvert chat --local runs in %s: end it first, or work in another folder"
                            .formatted(Quoted.sentence(root.toString())));
        }
        return channel;
    }

    /** Ends both, the daemon first. */
    @Override
    public void close() throws IOException {
        for (Child child : children.reversed()) {
            child.close();
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(places.sockets)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(places.sockets);
        lock.close();
    }
}
