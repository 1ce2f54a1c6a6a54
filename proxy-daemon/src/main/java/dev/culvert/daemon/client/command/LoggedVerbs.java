package dev.culvert.daemon.client.command;

import dev.culvert.about.Recovery;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.bugreport.Secrets;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.logs.CommandLog;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs the console's verbs, and keeps a record of how each began and ended. */
final class LoggedVerbs {
    private static final int MOST_FRAMES = 20;

    private final Optional<CommandLog> log;
    private @Nullable CommandSpec known;

    /**
     * @param log empty to keep nothing
     */
    LoggedVerbs(Optional<CommandLog> log) {
        this.log = log;
    }

    /** All commands, which take a while to describe. */
    synchronized CommandSpec spec() {
        CommandSpec all = known;
        if (all == null) {
            all = Culvert.spec();
            known = all;
        }
        return all;
    }

    /** Runs a verb whose words come first; the flags after them are not told in the operation. */
    int run(Surroundings around, OutputListener listener, List<String> words) {
        String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        AtomicReference<String> run = new AtomicReference<>("");
        OutputListener both =
                new OutputListener() {
                    @Override
                    public void result(Value result) {
                        listener.result(result);
                    }

                    @Override
                    public void ranAs(String recorded) {
                        run.set(recorded);
                        listener.ranAs(recorded);
                    }

                    @Override
                    public void failed(Exception e) {
                        failure.set(e);
                        listener.failed(e);
                    }
                };
        Map<String, Value> common = common(id, around, words);
        write(entry(common, "info", "begin", Secrets.redact(command(words)), Map.of()));
        long before = System.nanoTime();
        int code = Culvert.run(around, both, words.toArray(String[]::new));
        long millis = (System.nanoTime() - before) / 1_000_000;
        Map<String, Value> more = new LinkedHashMap<>();
        more.put("op", Value.of(Objects.requireNonNull(run.get())));
        more.put("milliseconds", Value.of(millis));
        if (code != ExitCode.OK) {
            more.put("error", error(code, failure.get()));
        }
        write(entry(common, level(code), "end", "exit code " + code, more));
        return code;
    }

    private static String level(int code) {
        return switch (code) {
            case ExitCode.OK, ExitCode.INTERRUPTED -> "info";
            case ExitCode.FAILED, ExitCode.UNREACHABLE -> "error";
            default -> "warn";
        };
    }

    private static String command(List<String> words) {
        return "culvert " + String.join(" ", words.stream().map(OwnCommand::quoted).toList());
    }

    private Map<String, Value> common(String id, Surroundings around, List<String> words) {
        List<String> given = words.stream().filter(it -> !it.startsWith("-")).toList();
        String verb = Culvert.verb(spec(), given);
        List<String> resources = given.subList(verb.split(" ", -1).length, given.size());
        Map<String, Value> common = new LinkedHashMap<>();
        common.put("correlation", Value.of(id));
        common.put("operation", Value.of(verb));
        common.put("workspace", Value.of(workspace(around)));
        common.put("server", Value.of(server(words)));
        common.put(
                "resources",
                Value.of(resources.stream().map(it -> Value.of(Secrets.redact(it))).toList()));
        return common;
    }

    private static String workspace(Surroundings around) {
        try {
            return Workspace.find(Path.of("").toAbsolutePath(), around).file().name();
        } catch (UsageException _) {
            return "";
        }
    }

    private static String server(List<String> words) {
        return words.stream()
                .filter(it -> it.startsWith("--url=") || it.startsWith("--context="))
                .map(it -> Secrets.redact(it.substring(it.indexOf('=') + 1)))
                .findFirst()
                .orElse("");
    }

    private static Value entry(
            Map<String, Value> common,
            String level,
            String phase,
            String message,
            Map<String, Value> more) {
        Map<String, Value> entry = new LinkedHashMap<>();
        entry.put("time", Value.of(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString()));
        entry.put("level", Value.of(level));
        entry.put("correlation", common.getOrDefault("correlation", Value.nothing()));
        Value op = more.getOrDefault("op", Value.nothing());
        if (!op.text().isEmpty()) {
            entry.put("op", op);
        }
        entry.put("operation", common.getOrDefault("operation", Value.nothing()));
        entry.put("phase", Value.of(phase));
        entry.put("message", Value.of(message));
        Map<String, Value> context = new LinkedHashMap<>();
        for (String name : List.of("workspace", "server")) {
            Value value = common.getOrDefault(name, Value.nothing());
            if (!value.text().isEmpty()) {
                context.put(name, value);
            }
        }
        context.put("resources", common.getOrDefault("resources", Value.nothing()));
        if (more.containsKey("milliseconds")) {
            context.put("milliseconds", more.getOrDefault("milliseconds", Value.nothing()));
        }
        entry.put("context", new Value.Members(context));
        if (more.containsKey("error")) {
            entry.put("error", more.getOrDefault("error", Value.nothing()));
        }
        return new Value.Members(entry);
    }

    private static Value error(int code, @Nullable Exception failure) {
        if (failure == null) {
            String type = code == ExitCode.USAGE ? "UsageException" : "exit." + code;
            return fault(
                    type, "it said why on its standard error", List.of(), Recovery.ofType(type));
        }
        String type = failure.getClass().getSimpleName();
        List<String> recovery =
                failure instanceof ProblemException problem
                        ? Recovery.ofStatus(problem.status())
                        : Recovery.ofType(type);
        return fault(
                type,
                Secrets.redact(String.valueOf(failure.getMessage())),
                Stream.of(failure.getStackTrace())
                        .limit(MOST_FRAMES)
                        .map(it -> "at " + it)
                        .toList(),
                recovery);
    }

    private static Value fault(
            String type, String message, List<String> stack, List<String> recovery) {
        return Value.members(
                "type",
                type,
                "message",
                message,
                "stack",
                Value.of(stack.stream().map(Value::of).toList()),
                "recovery",
                Value.of(recovery.stream().map(Value::of).toList()));
    }

    /* What cannot be written down is no reason to run nothing. */
    private void write(Value entry) {
        if (log.isPresent()) {
            try {
                log.get().add(entry);
            } catch (IOException _) {
                return;
            }
        }
    }
}
