package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.chat.Diff;
import dev.culvert.daemon.client.forward.SshConfig;
import dev.culvert.daemon.client.forward.SshConfig.Change;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert config-ssh}. */
@Command(
        name = "config-ssh",
        description =
                "Lets ssh, and what uses it, such as scp, rsync, Ansible and editors, reach agents as"
                        + " AGENT.culvert, through the daemon.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "It writes ~/.ssh/culvert.config, and lines into ~/.ssh/config that include it. Run it"
                    + " again",
            "to change what it has written. The daemon is the one that --url, --token-file,"
                    + " --context and",
            "--ca-file name now, or else the one that culvert uses when ssh starts it.",
            "",
            "Examples:",
            "  culvert config-ssh --dry-run",
            "  culvert config-ssh --user agent && ssh web-1.culvert"
        })
final class ConfigSshCommand implements Verb {
    private static final View CHANGES =
            View.of("file", Column.of("FILE", "file"), Column.of("CHANGE", "change"));

    private final Session session;

    @Option(names = "--user", paramLabel = "USER", description = "The user in the VMs.")
    private @Nullable String user;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "22",
            description = "Where sshd listens in the VMs, on 127.0.0.1. Default: 22")
    private int port = 22;

    @Option(names = "--dry-run", description = "Shows what would change, and changes nothing.")
    private boolean dryRun;

    @Option(names = "--remove", description = "Takes away what it has written.")
    private boolean remove;

    ConfigSshCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        SshConfig config = new SshConfig(home());
        List<Change> changes = remove ? config.removing() : config.adding(hosts());
        if (dryRun) {
            show(changes);
            return ExitCode.OK;
        }
        SshConfig.make(changes);
        if (session.output().format() == Format.TABLE) {
            session.output().note(told(changes));
        } else {
            session.output().items(changes.stream().map(ConfigSshCommand::value).toList(), CHANGES);
        }
        return ExitCode.OK;
    }

    /** Where ssh looks. */
    private Path home() {
        String home = session.around().environment().getOrDefault("HOME", "");
        return Path.of(home.startsWith("/") ? home : System.getProperty("user.home"));
    }

    private String hosts() throws UsageException {
        if (user != null && !user.matches("[A-Za-z0-9._@-]{1,64}")) {
            throw new UsageException(
                    "--user '%s' is not the name of a user".formatted(Quoted.word(user)));
        }
        if (port < 1 || port > 65_535) {
            throw new UsageException("--port is %d: ports are 1 to 65535".formatted(port));
        }
        List<String> command =
                new ArrayList<>(OwnCommand.of(session).stream().map(OwnCommand::quoted).toList());
        command.replaceAll(word -> word.replace("%", "%%"));
        command.addAll(List.of("forward", "--stdio", "%h", Integer.toString(port)));
        return """
        # culvert config-ssh writes this file: changes are lost.
        Host *.culvert
            ProxyCommand %s
        """
                        .formatted(String.join(" ", command))
                + (user == null ? "" : "    User " + user + "\n");
    }

    private void show(List<Change> changes) {
        if (session.output().format() != Format.TABLE) {
            session.output().items(changes.stream().map(ConfigSshCommand::value).toList(), CHANGES);
            return;
        }
        for (Change change : changes) {
            session.output().line("--- " + Quoted.sentence(change.file().toString()));
            Diff.of(change.before(), change.after())
                    .forEach(line -> session.output().line(Quoted.sentence(line)));
        }
        session.output()
                .note(
                        changes.isEmpty()
                                ? "nothing would change"
                                : "nothing was changed: run it without --dry-run");
    }

    private static Value value(Change change) {
        return Value.members(
                "file",
                change.file().toString(),
                "change",
                String.join("\n", Diff.of(change.before(), change.after())));
    }

    private String told(List<Change> changes) {
        if (changes.isEmpty()) {
            return "nothing had to be changed";
        }
        String files =
                String.join(
                        " and ",
                        changes.stream().map(it -> Quoted.word(it.file().toString())).toList());
        return remove
                ? "ssh knows no agents any more: changed " + files
                : "ssh AGENT.culvert reaches agents now: changed " + files;
    }
}
