package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Contexts;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.TargetOptions;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.keys.KeySource;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert context …}; without a verb of its own it lists them. */
@Command(
        name = "context",
        description = "Gives daemons names, and chooses the one that other commands use.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "The names are in ~/.config/culvert/contexts.jsonc (or below $XDG_CONFIG_HOME), which",
            "names the files of tokens and never contains a token."
        })
final class ContextCommand implements Verb {
    private static final View LIST =
            View.of(
                    "name",
                    Column.of("CURRENT", value -> value.text("current").equals("true") ? "*" : ""),
                    Column.of("NAME", "name"),
                    Column.of("URL", "url"),
                    Column.of("TOKEN", "token"),
                    Column.of("AGENT", "agent"));

    private static final View TARGET =
            View.of("url", Column.of("url", "url"), Column.of("said by", "said_by"));

    private static final View TARGET_AND_TRIED =
            View.of(
                    "url",
                    Column.of("url", "url"),
                    Column.of("said by", "said_by"),
                    Column.of("also tried", ContextCommand::alsoTried));

    private final Session session;

    private ContextCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new ContextCommand(session))
                .addSubcommand(new ListContexts(session))
                .addSubcommand(new ShowTarget(session))
                .addSubcommand(new UseContext(session))
                .addSubcommand(new AddContext(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static String alsoTried(Value target) {
        return target.at("also_tried").list().stream()
                .map(Value::text)
                .collect(Collectors.joining(", "));
    }

    private static int list(Session session) throws IOException {
        Contexts all = session.contexts();
        List<Value> rows = new ArrayList<>();
        all.contexts().forEach((name, context) -> rows.add(row(name, context, all.current())));
        session.output().items(rows, LIST);
        return ExitCode.OK;
    }

    private static Value row(String name, Contexts.Context context, String current) {
        return Value.members(
                "name",
                name,
                "url",
                context.url(),
                "token",
                context.key().text(),
                "token_file",
                context.key() instanceof KeySource.InFile(Path path) ? path.toString() : "",
                "ca_file",
                context.authorities(),
                "agent",
                context.agent(),
                "current",
                name.equals(current));
    }

    @Command(
            name = "list",
            description = "Lists the daemons that have a name.",
            mixinStandardHelpOptions = true)
    private static final class ListContexts implements Verb {
        private final Session session;

        private ListContexts(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows which daemon the other commands talk to here, and what decides it.",
            mixinStandardHelpOptions = true)
    private static final class ShowTarget implements Verb {
        private final Session session;

        private ShowTarget(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Target target = session.target();
            session.output()
                    .item(
                            Value.members(
                                    "url",
                                    target.server().toString(),
                                    "said_by",
                                    target.saidBy(),
                                    "has_token",
                                    !target.token().isEmpty(),
                                    "also_tried",
                                    Value.of(target.passedOver().stream().map(Value::of).toList())),
                            target.passedOver().isEmpty() ? TARGET : TARGET_AND_TRIED);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "use",
            description = "Makes a context the current one, which the other commands use.",
            mixinStandardHelpOptions = true)
    private static final class UseContext implements Verb {
        private final Session session;

        @Parameters(paramLabel = "CONTEXT", description = "Its name.")
        private String name = "";

        private UseContext(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Contexts all = session.contexts();
            Contexts.Context context = all.require(name);
            session.keep(all.using(name));
            session.output()
                    .done(
                            "the current context is '%s', %s".formatted(name, context.url()),
                            row(name, context, name),
                            LIST);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "add",
            description =
                    "Gives a daemon a name; --url says where it is, and --token-file and --ca-file"
                            + " how it is reached. The first context becomes the current one.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example:",
                "  culvert context add prod --url https://culvert.example --token-file ~/prod.token"
            })
    private static final class AddContext implements Verb {
        private final Session session;

        @Parameters(paramLabel = "NAME", description = "Its name.")
        private String name = "";

        private AddContext(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            TargetOptions options = session.options();
            String url =
                    options.url()
                            .orElseThrow(() ->
                                    new UsageException("give the daemon's address with --url"));
            try {
                Server.parse(url);
            } catch (IllegalArgumentException e) {
                throw new UsageException(e.getMessage() + " (--url)");
            }
            Contexts.Context context =
                    new Contexts.Context(
                            url,
                            options.tokenFile()
                                    .<KeySource>map(it -> new KeySource.InFile(whole(it)))
                                    .orElseGet(KeySource.None::new),
                            options.caFile().map(it -> whole(it).toString()).orElse(""),
                            "");
            Contexts all = session.contexts().with(name, context);
            session.keep(all);
            session.output()
                    .done(
                            "the context '%s' is %s%s"
                                    .formatted(
                                            name,
                                            url,
                                            all.current().equals(name)
                                                    ? ", the current one"
                                                    : ": culvert context use " + name),
                            row(name, context, all.current()),
                            LIST);
            return ExitCode.OK;
        }

        /** Other commands run in other folders. */
        private static Path whole(Path file) {
            return file.toAbsolutePath().normalize();
        }
    }
}
