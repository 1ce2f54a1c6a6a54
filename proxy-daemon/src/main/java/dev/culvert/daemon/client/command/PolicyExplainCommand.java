package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert policy explain FILE COMMAND}. */
@Command(
        name = "explain",
        description = {
            "Says what a policy decides about a command, a file or a tool, which rule decides, and",
            "why. With FILE alone, it lists all rules in force, those too that short keys become, and",
            "the settings. With a folder instead of FILE, it explains all that is in force there for",
            "culvert chat: what is built in, and the files of the machine, the project and the user."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "COMMAND is one text, split as a shell would, or the words after --.",
            "",
            "Examples:",
            "  culvert policy explain culvert.jsonc",
            "  culvert policy explain culvert.jsonc 'git push --force'",
            "  culvert policy explain culvert.jsonc --write src/App.java",
            "  culvert policy explain . 'git push'",
            "  culvert policy explain --host /etc/culvert/policy.jsonc culvert.jsonc -- npm test"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is explained, whatever the decision",
            "1:tests of rules fail, so the policy would not be applied",
            "2:a file is not well written, or an argument is wrong"
        })
final class PolicyExplainCommand implements Verb {
    private static final View RULES =
            View.of(
                    "rule",
                    Column.of("RULE", "rule"),
                    Column.of("DECISION", "decision").in(PolicyExplainCommand::tone),
                    Column.of("ABOUT", "about"),
                    Column.of("WHERE", "where"));
    private static final View SETTINGS =
            View.of(
                    "setting",
                    Column.of("SETTING", "setting"),
                    Column.of("VALUE", "value"),
                    Column.of("MEANS", "means"));
    private static final View DECISION =
            View.of(
                    "decision",
                    Column.of("decision", "decision").in(PolicyExplainCommand::tone),
                    Column.of("rule", "rule"),
                    Column.of("where", "where"),
                    Column.of("why", "why"),
                    Column.of("also", PolicyExplainCommand::others),
                    Column.of("limits", "limits"),
                    Column.of("version", "version"));

    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The policy of a project, or a folder.")
    private @Nullable Path file;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "A command that a tool would run.")
    private List<String> command = List.of();

    @Option(
            names = "--read",
            paramLabel = "PATH",
            description = "Instead of a command: a file that a tool would read.")
    private @Nullable String read;

    @Option(names = "--write", paramLabel = "PATH", description = "… a file that it would write.")
    private @Nullable String write;

    @Option(names = "--list", paramLabel = "PATH", description = "… a folder that it would list.")
    private @Nullable String list;

    @Option(
            names = "--tool",
            paramLabel = "NAME",
            description = {
                "The tool that would do it; alone, a call of which nothing else is known.",
                "Default: the built-in tool for it, such as run_command"
            })
    private @Nullable String tool;

    @Option(names = "--network", description = "The command asks for the network.")
    private boolean network;

    @Option(
            names = "--host",
            paramLabel = "FILE",
            description = "The host's policy, above that of the project.")
    private @Nullable Path host;

    @Option(
            names = "--tenant",
            paramLabel = "FILE",
            description = "The tenant's policy, above that of the project.")
    private @Nullable Path tenant;

    @Option(names = "--user", paramLabel = "FILE", description = "The user's policy, below it.")
    private @Nullable Path user;

    PolicyExplainCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Policy policy;
        try {
            policy = policy();
        } catch (BadPolicyException e) {
            e.mistakes().forEach(session.output()::note);
            return e.isReadable() ? ExitCode.FAILED : ExitCode.USAGE;
        }
        Action action = action();
        if (action == null) {
            list(policy);
        } else {
            session.output().item(PolicyValues.decision(policy, action), DECISION);
        }
        return ExitCode.OK;
    }

    private Policy policy() throws BadPolicyException, UsageException {
        if (file != null && Files.isDirectory(file)) {
            if (host != null || tenant != null || user != null) {
                throw new UsageException(
                        "%s is a folder, in which all files are known: leave out --host, --tenant and --user, or name a file"
                                .formatted(Quoted.word(file.toString())));
            }
            return ChatSettings.find(file.toAbsolutePath(), session.around()).layers().policy();
        }
        List<PolicyFile> files = new ArrayList<>();
        add(Level.HOST, host, files);
        add(Level.TENANT, tenant, files);
        add(Level.PROJECT, file, files);
        add(Level.USER, user, files);
        return Policy.of(files);
    }

    private static void add(Level level, @Nullable Path path, List<PolicyFile> files)
            throws BadPolicyException, UsageException {
        if (path != null) {
            files.add(PolicyCommand.read(level, path));
        }
    }

    /** Null where nothing was asked about. */
    private @Nullable Action action() throws UsageException {
        List<Action> asked = new ArrayList<>();
        try {
            if (!command.isEmpty()) {
                asked.add(
                        new Action.Command(
                                named("run_command"),
                                PolicyValues.words(command),
                                Path.of(""),
                                network,
                                List.of()));
            }
            addFile("read_file", read, Action.Access.READ, asked);
            addFile("write_file", write, Action.Access.WRITE, asked);
            addFile("list_dir", list, Action.Access.LIST, asked);
        } catch (IllegalArgumentException e) {
            throw new UsageException("that cannot be explained: " + e.getMessage());
        }
        if (asked.size() > 1) {
            throw new UsageException(
                    "one action can be explained at a time: a command, --read, --write or --list");
        }
        if (asked.isEmpty() && tool != null) {
            return new Action.Tool(tool);
        }
        return asked.isEmpty() ? null : asked.getFirst();
    }

    private void addFile(
            String usual, @Nullable String path, Action.Access access, List<Action> asked) {
        if (path != null) {
            asked.add(new Action.File(named(usual), path, access, 0));
        }
    }

    private String named(String usual) {
        return tool == null ? usual : tool;
    }

    private void list(Policy policy) {
        Output output = session.output();
        if (output.format() != Format.TABLE) {
            output.item(PolicyValues.policy(policy), View.of("version"));
            return;
        }
        output.table(PolicyValues.rules(policy), RULES.columns());
        List<Value> settings = PolicyValues.settings(policy);
        if (!settings.isEmpty()) {
            output.line("");
            output.table(settings, SETTINGS.columns());
        }
    }

    private static String others(Value decision) {
        return decision.at("also").list().stream()
                .map(rule -> rule.text("rule") + " " + rule.text("decision"))
                .collect(Collectors.joining(", "));
    }

    private static Tone tone(Value row) {
        return switch (row.text("decision")) {
            case "allow" -> Tone.GOOD;
            case "deny" -> Tone.BAD;
            default -> Tone.CAUTION;
        };
    }
}
