package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Contexts;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.keys.KeySource;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.setup.CompletionFile;
import dev.culvert.daemon.client.setup.Login;
import dev.culvert.daemon.client.setup.Questions;
import dev.culvert.daemon.client.setup.TokenPlace;
import dev.culvert.daemon.client.setup.Trial;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert setup}. */
@Command(
        name = "setup",
        description = {
            "Makes a daemon known to the other commands, and keeps the token for it.",
            "It asks for the URL and, if the daemon wants one, for a token, tries both, and keeps",
            "them as a context (see culvert context --help). It can be run again: what is known",
            "already is proposed, and only what is new replaces it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Without a terminal, with --yes or --token-stdin, it asks nothing: what no flag says is as",
            "before, or as the other commands find it. The token comes from --token-file,",
            "--token-stdin or the variable of --key env:NAME.",
            "",
            "Examples:",
            "  culvert setup",
            "  culvert setup --url https://culvert.example --agent coder",
            "  culvert setup --yes --url https://culvert.example --token-stdin < token",
            "  culvert setup --yes --url https://culvert.example --key env:CI_CULVERT_TOKEN"
        })
final class SetupCommand implements Verb {
    private static final View DONE =
            View.of(
                    "name",
                    Column.of("context", "name"),
                    Column.of("url", "url"),
                    Column.of("token", "token"),
                    Column.of("agent", "agent"));
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Session session;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Option(
            names = "--name",
            paramLabel = "CONTEXT",
            description = {
                "The name of the context. Default: that of a context with this URL, else that of the",
                "host."
            })
    private @Nullable String name;

    @Option(
            names = "--token-stdin",
            description = "Reads the token from stdin; --token-file names a file that stays there.")
    private boolean tokenStdin;

    @Option(
            names = "--key",
            paramLabel = "PLACE",
            description = {
                "Where the token is kept: file (with the mode 0600), keyring (that of the desktop,",
                "through secret-tool), or env:NAME (a variable, which you set yourself).",
                "Default: file"
            })
    private @Nullable String key;

    @Option(
            names = "--agent",
            paramLabel = "AGENT",
            description = "With which agent culvert chat talks, unless it is named.")
    private @Nullable String agent;

    @Option(names = "--completion", description = "Installs the completion of your shell.")
    private boolean completion;

    @Option(
            names = {"-y", "--yes"},
            description = "Asks nothing.")
    private boolean yes;

    SetupCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        boolean asks = !yes && !tokenStdin && session.around().place().terminal().err();
        Questions questions = asks ? Questions.of(session.around()) : null;
        Contexts contexts = session.contexts();
        Server server = server(contexts, questions);
        String context = context(server, contexts);
        Contexts.@Nullable Context before = contexts.contexts().get(context);
        Login.Access access =
                new Login(session, trial(server, contexts), context, tokenStdin, place())
                        .access(before == null ? new KeySource.None() : before.key(), questions);
        String chosen = agent(access.outcome(), before, questions);
        Contexts.Context made =
                new Contexts.Context(server.toString(), access.key(), authorities(before), chosen);
        session.keep(contexts.with(context, made).using(context));
        session.output()
                .done(
                        "%s answers; the other commands use it now, as the context '%s'%s"
                                .formatted(
                                        server,
                                        context,
                                        access.key() instanceof KeySource.None
                                                ? ""
                                                : ", with the token in " + access.key().text()),
                        Value.members(
                                "name",
                                context,
                                "url",
                                server.toString(),
                                "token",
                                access.key().text(),
                                "agent",
                                chosen),
                        DONE);
        complete(questions);
        return ExitCode.OK;
    }

    /** One that can be reached, or that no person can correct. */
    private Server server(Contexts contexts, @Nullable Questions questions) throws IOException {
        String known = known(contexts);
        while (questions != null && session.options().url().isEmpty()) {
            String text = questions.ask("URL of the daemon", known);
            try {
                Server server = Server.parse(text);
                trial(server, contexts).connect();
                return server;
            } catch (IllegalArgumentException | UnreachableException e) {
                questions.tell(String.valueOf(e.getMessage()));
            }
        }
        try {
            Server server = Server.parse(session.options().url().orElse(known));
            trial(server, contexts).connect();
            return server;
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " (--url)");
        }
    }

    /** The URL that is proposed. */
    private String known(Contexts contexts) throws IOException {
        String said = name == null ? contexts.current() : name;
        Contexts.Context named = contexts.contexts().get(session.options().context().orElse(said));
        String url = session.around().environment().getOrDefault("CULVERT_URL", "");
        return named != null && (url.isEmpty() || name != null)
                ? named.url()
                : session.target().server().toString();
    }

    private Optional<TokenPlace> place() throws UsageException {
        return key == null ? Optional.empty() : Optional.of(TokenPlace.parse(key));
    }

    private Trial trial(Server server, Contexts contexts) {
        Optional<Path> known =
                contexts.nameOf(server)
                        .map(it -> contexts.contexts().get(it))
                        .map(Contexts.Context::authorities)
                        .filter(file -> !file.isEmpty())
                        .map(Path::of);
        return new Trial(
                server, session.options().caFile().or(() -> known), session.options().timeout());
    }

    private String context(Server server, Contexts contexts) throws UsageException {
        String chosen =
                Optional.ofNullable(name)
                        .or(() -> session.options().context())
                        .or(() -> contexts.nameOf(server))
                        .orElseGet(() -> nameOf(server));
        if (!NAME.matcher(chosen).matches()) {
            throw new UsageException(
                    "'%s' is no name of a context: that has letters, digits, '.', '_' and '-' (--name)"
                            .formatted(Quoted.word(chosen)));
        }
        return chosen;
    }

    private static String nameOf(Server server) {
        String host =
                switch (server) {
                    case Server.Http http -> http.host();
                    case Server.Https https -> https.host();
                    case Server.Unix _ -> "local";
                };
        boolean isHere = host.equals("127.0.0.1") || host.equals("[::1]");
        return isHere || !NAME.matcher(host).matches() ? "local" : host;
    }

    private String authorities(Contexts.@Nullable Context before) {
        return session.options()
                .caFile()
                .map(file -> file.toAbsolutePath().normalize().toString())
                .orElse(before == null ? "" : before.authorities());
    }

    private String agent(
            Trial.Outcome outcome, Contexts.@Nullable Context before, @Nullable Questions questions)
            throws IOException {
        List<String> agents =
                outcome instanceof Trial.Outcome.Taken(List<String> all) ? all : List.of();
        if (outcome instanceof Trial.Outcome.Narrow(String why)) {
            session.output().note("the daemon takes the token, and says: " + why);
        }
        if (agent != null) {
            if (!agents.isEmpty() && !agents.contains(agent)) {
                session.output()
                        .note("the daemon does not know the agent '%s' yet".formatted(agent));
            }
            return agent;
        }
        String known =
                before != null && !before.agent().isEmpty()
                        ? before.agent()
                        : agents.size() == 1 ? agents.getFirst() : "";
        return questions == null || agents.size() < 2
                ? known
                : questions.ask("Agent for culvert chat (" + some(agents) + ")", known);
    }

    private static String some(List<String> agents) {
        int most = 8;
        String first = Quoted.sentence(String.join(", ", agents.stream().limit(most).toList()));
        return agents.size() > most ? first + ", …" : first;
    }

    private void complete(@Nullable Questions questions) throws IOException {
        CompletionFile file =
                CompletionFile.of(session.around().environment())
                        .filter(it -> !it.isOfThePackage())
                        .orElse(null);
        if (file == null) {
            if (completion) {
                session.output()
                        .note(
                                "your shell (SHELL) is none of bash, zsh and fish, or completes"
                                        + " culvert already: no completion was installed");
            }
            return;
        }
        if (completion
                || (questions != null
                        && questions.confirm("Install the completion for " + file.shell(), true))) {
            file.write(CompletionCommand.script(file.shell(), spec.root()));
            session.output()
                    .note(
                            "installed the completion in %s, for new shells%s"
                                    .formatted(
                                            file.path(),
                                            file.todo().isEmpty() ? "" : "; " + file.todo()));
        }
    }
}
