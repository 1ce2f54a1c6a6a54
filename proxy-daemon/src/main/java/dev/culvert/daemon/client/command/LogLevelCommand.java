package dev.culvert.daemon.client.command;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert log-level [AREA] [LEVEL] [--for TIME]}. */
@Command(
        name = "log-level",
        description =
                "Shows the levels of the daemon's log, or changes the level of an area of the daemon's"
                        + " log, or of all areas, for good or for a while.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert log-level",
            "  culvert log-level debug --for 10m",
            "  culvert log-level link debug --for 10m"
        })
final class LogLevelCommand implements Verb {
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");
    private static final View VIEW =
            View.of("area", Column.of("AREA", "area"), Column.of("LEVEL", "level"));

    private final Session session;

    static final class Levels implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return LEVELS.iterator();
        }
    }

    @Parameters(
            arity = "0..2",
            paramLabel = "[AREA] LEVEL",
            hideParamSyntax = true,
            completionCandidates = Levels.class,
            description = "An area of the log, and error, warn, info, debug or trace.")
    private List<String> words = List.of();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "After this time the level is as before: 10m, 2h, at most 24h.")
    private @Nullable String time;

    LogLevelCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        if (words.isEmpty()) {
            if (time != null) {
                throw new UsageException("--for needs a LEVEL: culvert log-level debug --for 10m");
            }
            return show(api.get(AdminPaths.LOG_LEVEL));
        }
        String level = words.getLast().toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            throw new UsageException(
                    "'%s' is not a level: it is error, warn, info, debug or trace%s"
                            .formatted(words.getLast(), Spelling.question(level, LEVELS)));
        }
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("area", Value.of(words.size() == 2 ? words.getFirst() : "all"));
        body.put("level", Value.of(level));
        if (time != null) {
            body.put("for", Value.of(time));
        }
        return show(api.ask(Request.put(AdminPaths.LOG_LEVEL, new Value.Members(body))));
    }

    private int show(Value levels) {
        Output output = session.output();
        if (output.format() == Format.TABLE || output.format() == Format.NAME) {
            List<Value> rows = new ArrayList<>();
            levels.at("areas")
                    .list()
                    .forEach(area -> {
                        Value changed = levels.at("changed", area.text());
                        String level = changed.isNothing() ? levels.text("level") : changed.text();
                        rows.add(Value.members("area", area.text(), "level", level));
                    });
            output.items(rows, VIEW);
        } else {
            output.item(levels, VIEW);
        }
        return ExitCode.OK;
    }
}
