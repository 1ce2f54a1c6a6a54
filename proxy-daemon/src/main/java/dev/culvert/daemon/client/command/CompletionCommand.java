package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert completion SHELL}. */
@Command(
        name = "completion",
        description =
                "Prints a script that completes verbs, flags, and the names of agents, turns, tokens,"
                        + " runs, contexts and keys.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The names of agents, turns and tokens come from the daemon, which has a second to"
                    + " answer.",
            "The Debian package installs the scripts for all three shells.",
            "",
            "Examples:",
            "  source <(culvert completion bash)",
            "  culvert completion fish > ~/.config/fish/completions/culvert.fish"
        })
final class CompletionCommand implements Verb {
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    private final Session session;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell = Shell.BASH;

    CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        CommandSpec root = spec.root();
        session.around().out().print(script(shell, root));
        return ExitCode.OK;
    }

    /** The script for a shell of that name. */
    static String script(String shell, CommandSpec root) {
        return script(Shell.valueOf(shell.toUpperCase(Locale.ROOT)), root);
    }

    private static String script(Shell shell, CommandSpec root) {
        return switch (shell) {
            case BASH -> BashCompletion.of(root);
            case ZSH -> BashCompletion.forZsh(root);
            case FISH -> FishCompletion.of(root);
        };
    }

    /** As it is written on the command line. */
    static String word(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT);
    }
}
