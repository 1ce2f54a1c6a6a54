package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.host.Outcome;
import dev.culvert.daemon.client.host.ThisHost;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Response;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.settings.Project;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code culvert health}. */
@Command(
        name = "health",
        description =
                "Shows whether everything answers: the daemon and what is behind it, the workspace,"
                        + " the tools of this machine, agents, VMs and storage.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "What the daemon does not tell this caller is left out. A tool that is missing or broken",
            "is no failure: some commands alone need it. In the console, /watch 2 health shows it",
            "live.",
            "",
            "Examples:",
            "  culvert health",
            "  culvert health --output json"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything answers",
            "1:something does not, or an agent is not ready",
            "3:the daemon does not answer"
        })
final class HealthCommand implements Verb {
    private static final String OK = "ok";
    private static final String MISSING = "missing";
    private static final String FAILED = "failed";
    private static final String UNKNOWN = "unknown";

    /** Of a tool: some commands need it, and health does not depend on it. */
    private static final String BROKEN = "broken";

    private static final int NOT_FOUND_BY_ENV = 127;
    private static final int NO_TOKEN = 401;
    private static final int NOT_IMPLEMENTED = 501;

    /** Proxmox tells whole seconds, and the way there takes a while. */
    private static final long LEAST_SECONDS_APART = 3;

    private static final String GUESTS = "/api/v1/inventory/guests";
    private static final String NODES = "/api/v1/inventory/nodes";
    private static final String SERVERS = "/api/v1/inventory/servers";
    private static final String STORAGES = "/api/v1/inventory/storages";
    private static final Set<String> READY = Set.of("ready", "online");

    private static final View VIEW =
            View.of(
                    "name",
                    Column.of("AREA", "area"),
                    Column.of("NAME", "name"),
                    Column.of("STATE", "state").in(HealthCommand::tone),
                    Column.of("DETAIL", "detail"));

    /** How each tool says its version. */
    private static final Map<String, List<String>> TOOLS = tools();

    private final Session session;

    HealthCommand(Session session) {
        this.session = session;
    }

    private static Map<String, List<String>> tools() {
        Map<String, List<String>> tools = new LinkedHashMap<>();
        tools.put("terraform", List.of("terraform", "version"));
        tools.put("tofu", List.of("tofu", "version"));
        tools.put("ansible", List.of("env", "LC_ALL=C.UTF-8", "ansible", "--version"));
        tools.put("ssh", List.of("ssh", "-V"));
        return tools;
    }

    @Override
    public int run() throws IOException {
        Target target = session.target();
        Api api = session.api();
        Map<String, String> environment = session.around().environment();
        List<Value> rows = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Value>>> parts = new ArrayList<>();
            parts.add(threads.submit(() -> daemon(target, api)));
            parts.add(threads.submit(() -> told(() -> database(api))));
            parts.add(threads.submit(() -> told(() -> servers(api))));
            parts.add(threads.submit(() -> told(() -> nodes(api))));
            parts.add(threads.submit(() -> List.of(workspace())));
            TOOLS.forEach((name, command) ->
                    parts.add(threads.submit(() -> List.of(tool(environment, name, command)))));
            parts.add(threads.submit(() -> told(() -> resources(api))));
            parts.add(threads.submit(() -> told(() -> agents(api))));
            try {
                for (Future<List<Value>> part : parts) {
                    rows.addAll(part.get());
                }
            } catch (InterruptedException _) {
                threads.shutdownNow();
                return ExitCode.INTERRUPTED;
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        session.output().items(rows, VIEW);
        return code(rows);
    }

    private static int code(List<Value> rows) {
        List<Value> failed = rows.stream().filter(row -> row.text("state").equals(FAILED)).toList();
        boolean isAway = failed.stream().anyMatch(row -> row.text("name").equals("daemon"));
        return isAway ? ExitCode.UNREACHABLE : failed.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static Tone tone(Value row) {
        return switch (row.text("state")) {
            case OK -> Tone.GOOD;
            case FAILED -> Tone.BAD;
            default -> Tone.CAUTION;
        };
    }

    private static Value row(String area, String name, String state, String detail) {
        return Value.members("area", area, "name", name, "state", state, "detail", detail);
    }

    private static List<Value> daemon(Target target, Api api) {
        long before = System.nanoTime();
        try (Response response = api.send(Request.get("/healthz"))) {
            Value health = response.value();
            String time = Ages.precise(Duration.ofNanos(System.nanoTime() - before));
            String status = health.text("status");
            return List.of(
                    row(
                            "connectivity",
                            "daemon",
                            status.equals(OK) ? OK : status,
                            "%s, %s, answered in %s"
                                    .formatted(target.server(), health.text("version"), time)));
        } catch (IOException e) {
            return List.of(row("connectivity", "daemon", FAILED, String.valueOf(e.getMessage())));
        }
    }

    /** Asks for some rows. */
    private interface Part {
        List<Value> ask() throws IOException;
    }

    /** Nothing where the daemon has no such thing, does not tell this caller, or is away. */
    private static List<Value> told(Part part) throws IOException {
        try {
            return part.ask();
        } catch (UnreachableException _) {
            return List.of();
        } catch (ProblemException e) {
            int code = ExitCode.of(e);
            boolean isUntold =
                    code == ExitCode.NOT_FOUND
                            || code == ExitCode.REFUSED
                            || e.status() == NOT_IMPLEMENTED;
            return isUntold && e.status() != NO_TOKEN
                    ? List.of()
                    : List.of(
                            row("connectivity", "answer", FAILED, String.valueOf(e.getMessage())));
        }
    }

    private static List<Value> database(Api api) throws IOException {
        Value checked = api.get(AdminPaths.DATABASE + "?quick=true");
        boolean ok = checked.text("status").equals(OK);
        return List.of(row("connectivity", "database", ok ? OK : FAILED, checked.text("file")));
    }

    private static List<Value> servers(Api api) throws IOException {
        List<Value> rows = new ArrayList<>();
        for (Value server : api.get(SERVERS).at("servers").list()) {
            rows.add(
                    row(
                            "connectivity",
                            server.text("name"),
                            switch (server.text("state")) {
                                case "ok" -> OK;
                                case UNKNOWN -> UNKNOWN;
                                default -> FAILED;
                            },
                            detail(server)));
        }
        return rows;
    }

    private static String detail(Value server) {
        String error = server.text("error");
        if (!error.isEmpty()) {
            return error;
        }
        return server.text("state").equals(UNKNOWN)
                ? "the daemon has not asked it yet"
                : "Proxmox %s, answered in %s ms"
                        .formatted(server.text("version"), server.text("took_ms"));
    }

    private static List<Value> nodes(Api api) throws IOException {
        return Session.pages(api, NODES, "", "nodes").stream()
                .map(node ->
                        row(
                                "connectivity",
                                "%s/%s".formatted(node.text("server"), node.text("name")),
                                node.text("state").equals("online") ? OK : FAILED,
                                time(node)))
                .toList();
    }

    /** How long a node took to answer, and how far its clock is from that of the daemon. */
    private static String time(Value node) {
        if (!node.text("state").equals("online")) {
            return node.text("state");
        }
        String millis = node.text("took_ms");
        long ahead = node.number(0, "clock_ahead_seconds");
        String clock =
                Math.abs(ahead) < LEAST_SECONDS_APART
                        ? ""
                        : ", its clock is %d s %s"
                                .formatted(Math.abs(ahead), ahead < 0 ? "behind" : "ahead");
        return millis.isEmpty() ? "online" : "answered in %s ms%s".formatted(millis, clock);
    }

    private Value workspace() {
        Path start = Path.of("").toAbsolutePath();
        try {
            Path home = Path.of(session.around().environment().getOrDefault("HOME", "/"));
            Project project = Project.find(start, home);
            boolean isWorkspace = Files.isDirectory(project.root().resolve(".culvert"));
            return row(
                    "connectivity",
                    "workspace",
                    isWorkspace || project.file().isPresent() ? OK : "none",
                    project.root().toString());
        } catch (UsageException e) {
            return row("connectivity", "workspace", FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static Value tool(Map<String, String> environment, String name, List<String> command) {
        Outcome outcome = new ThisHost(environment).run(command);
        if (outcome.isNotThere() || outcome.code() == NOT_FOUND_BY_ENV) {
            return row("tools", name, MISSING, "");
        }
        String first = (outcome.out().isBlank() ? outcome.err() : outcome.out()).strip();
        return row(
                "tools", name, outcome.isOk() ? OK : BROKEN, first.lines().findFirst().orElse(""));
    }

    private static List<Value> resources(Api api) throws IOException {
        List<Value> rows = new ArrayList<>();
        List<Value> guests = Session.pages(api, GUESTS, "", "guests");
        rows.add(guests("VMs", guests.stream().filter(it -> !isContainer(it)).toList()));
        rows.add(guests("containers", guests.stream().filter(HealthCommand::isContainer).toList()));
        Set<String> shared = new HashSet<>();
        for (Value storage : told(() -> Session.pages(api, STORAGES, "", "storages"))) {
            String name = storage.text("server") + "/" + storage.text("name");
            boolean isShared = storage.text("shared").equals("true");
            if (isShared && !shared.add(name)) {
                continue; // each node has it
            }
            long used = storage.number(0, "used");
            long total = storage.number(0, "size");
            if (total > 0) {
                rows.add(
                        row(
                                "resources",
                                isShared
                                        ? storage.text("name") + ", shared"
                                        : "%s on %s"
                                                .formatted(
                                                        storage.text("name"), storage.text("node")),
                                OK,
                                "%d %% in use".formatted(100 * used / total)));
            }
        }
        return rows;
    }

    private static boolean isContainer(Value guest) {
        return guest.text("kind").equals("ct");
    }

    private static Value guests(String name, List<Value> guests) {
        return row("resources", name, OK, counts(guests));
    }

    private static List<Value> agents(Api api) throws IOException {
        List<Value> agents = Session.pages(api, AgentsCommand.PATH, "", "agents");
        long away = agents.stream().filter(it -> !READY.contains(it.text("state"))).count();
        return List.of(
                row(
                        "agents",
                        "agents",
                        agents.isEmpty() ? "none" : away == 0 ? OK : FAILED,
                        counts(agents)));
    }

    private static String counts(List<Value> items) {
        Map<String, Long> counts =
                items.stream()
                        .collect(
                                Collectors.groupingBy(
                                        it -> it.text("state"),
                                        LinkedHashMap::new,
                                        Collectors.counting()));
        return items.size()
                + counts.entrySet().stream()
                        .map(it -> it.getValue() + " " + it.getKey())
                        .collect(Collectors.joining(", ", items.isEmpty() ? "" : ": ", ""));
    }
}
