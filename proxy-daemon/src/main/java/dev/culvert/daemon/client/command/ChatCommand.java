package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.chat.Chat;
import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Screen;
import dev.culvert.daemon.client.local.LocalAgent;
import dev.culvert.daemon.client.local.LocalRuntime;
import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.io.Quoted;
import dev.culvert.tools.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert chat AGENT}. */
@Command(
        name = "chat",
        description =
                "Talks with an agent, whose tools run here: in the files of the project, under its"
                        + " policy, and with your confirmation where the policy asks for it.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The policy is culvert.jsonc of the project and of the user; without any, reading is"
                    + " allowed",
            "and all else is asked about. Without a terminal nobody can be asked: such a call is"
                    + " refused.",
            "~/.local/state/culvert has the sessions, and a line for each decision.",
            "",
            "With --output json or jsonl, each event is one line: its id, its event and its data.",
            "",
            "Examples:",
            "  culvert chat web-1",
            "  culvert chat web-1 --message 'why does the build fail?'",
            "  git diff | culvert chat web-1 --message -",
            "  culvert chat web-1 --continue --message 'and now fix it'"
        })
final class ChatCommand implements Verb {
    private static final String STDIN = "-";

    private final Session session;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "AGENT",
            description = "Its name. Default: that of the session which is continued.")
    private String agent = "";

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description =
                    "Says this, prints the answer and ends; - reads it from stdin. Default: what is"
                            + " typed at the terminal, again and again, or stdin if that is no"
                            + " terminal.")
    private @Nullable String message;

    @Option(
            names = "--project",
            paramLabel = "DIR",
            description = "Where tools work. Default: the project of the current folder.")
    private Path project = Path.of("");

    @Option(
            names = {"-c", "--continue"},
            description = "Goes on with the session of the project that was used last.")
    private boolean last;

    @Option(
            names = "--resume",
            paramLabel = "ID",
            description = "Goes on with this session of the project.")
    private @Nullable String resumed;

    @Option(names = "--sessions", description = "Lists the sessions of the project, and ends.")
    private boolean list;

    @Option(
            names = "--commands",
            paramLabel = "HOW",
            description =
                    "Whether tools may run commands. confined: with nothing but the project to write"
                            + " to, and only where the kernel can do that; unconfined: also where it"
                            + " cannot, and there with all of your rights; off: not. Default: what"
                            + " the user's settings say, or confined")
    private @Nullable Commands commands;

    @Option(names = "--no-tools", description = "Offers the agent no tools.")
    private boolean withoutTools;

    @Option(
            names = "--local",
            description =
                    "Starts an agent and a daemon on this machine for the time of the chat, and talks"
                            + " to that agent.")
    private boolean local;

    @Option(
            names = "--runtime",
            paramLabel = "RUNTIME",
            description =
                    "With --local: the URL of the LLM server, or echo. Default: what the user's"
                            + " settings say (localRuntime), or that of culvert-agent.")
    private @Nullable String runtime;

    @Option(
            names = "--runtime-kind",
            paramLabel = "KIND",
            description = "With --local: openai or anthropic.")
    private @Nullable String runtimeKind;

    @Option(names = "--model", paramLabel = "MODEL", description = "With --local: the model.")
    private @Nullable String model;

    @Option(
            names = "--trace",
            description = "Shows each call of a tool, and the first line of its result.")
    private boolean trace;

    @Option(names = "--debug", description = "Shows the head of each event: its type, id and size.")
    private boolean debug;

    ChatCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        if (last && resumed != null) {
            throw new UsageException("--continue and --resume name two sessions: give one of them");
        }
        if (local && !agent.isEmpty()) {
            throw new UsageException(
                    "--local talks to an agent that it starts, so leave out the name '%s'"
                            .formatted(Quoted.word(agent)));
        }
        ChatSettings settings = ChatSettings.find(project.toAbsolutePath(), session.around());
        Chat chat =
                new Chat(
                        session,
                        settings,
                        new Chat.Choices(
                                local ? LocalAgent.NAME : agent,
                                Optional.ofNullable(commands),
                                !withoutTools,
                                resumed(),
                                new Screen.Detail(trace, debug)));
        if (list) {
            return chat.list();
        }
        if (!local) {
            return talk(chat, settings.target(session));
        }
        try (LocalAgent started =
                LocalAgent.start(settings.project().root(), runtime(settings), session.around())) {
            return talk(chat, started.target());
        }
    }

    private LocalRuntime runtime(ChatSettings settings) {
        return LocalRuntime.of(
                Optional.ofNullable(runtime),
                Optional.ofNullable(runtimeKind),
                Optional.ofNullable(model),
                settings.local());
    }

    private int talk(Chat chat, Target target) throws IOException {
        return message == null && chat.isAtTerminal()
                ? chat.converse(target)
                : chat.say(target, text());
    }

    private Resumed resumed() {
        return resumed != null
                ? new Resumed.Named(resumed)
                : last ? new Resumed.Last() : new Resumed.None();
    }

    private String text() throws IOException {
        String text =
                message == null || message.equals(STDIN)
                        ? new String(session.around().in().readAllBytes(), UTF_8)
                        : message;
        if (text.isBlank()) {
            throw new UsageException(
                    "the message is empty: give --message TEXT, or the text on stdin");
        }
        return text;
    }
}
