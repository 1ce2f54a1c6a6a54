package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert policy test FILE…}. */
@Command(
        name = "test",
        description = {
            "Reads policy files and runs the tests of their rules: every example in match, and every",
            "one in not_match. Reports all mistakes with line and column, and warns of rules that can",
            "match nothing."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert policy test culvert.jsonc",
            "  culvert policy test --level host /etc/culvert/policy.jsonc"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all files are well written, and all tests pass",
            "1:tests fail",
            "2:a file is not well written, or cannot be read"
        })
final class PolicyTestCommand implements Verb {
    private static final View VIEW = View.of("file");

    private final Session session;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "A policy file.")
    private List<Path> files = List.of();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            converter = PolicyLevel.class,
            description = {
                "Whose file it is: host, tenant, agent, project or user.",
                "Only those of projects and users take short keys. Default: project"
            })
    private Level level = Level.PROJECT;

    PolicyTestCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        int worst = ExitCode.OK;
        List<Value> results = new ArrayList<>();
        for (Path file : files) {
            worst = Math.max(worst, test(file, results));
        }
        if (session.output().format() != Format.TABLE) {
            session.output().items(results, VIEW);
        }
        return worst;
    }

    private int test(Path path, List<Value> results) throws IOException {
        Output output = session.output();
        try {
            PolicyFile file = PolicyCommand.read(level, path);
            file.warnings().forEach(warning -> output.note("warning: " + warning));
            if (output.format() == Format.TABLE) {
                output.line(
                        "%s: ok, %s, %s, version %s"
                                .formatted(
                                        path,
                                        counted(file.rules().size(), "rule"),
                                        counted(file.tests(), "test"),
                                        file.version()));
            }
            results.add(result(path, true, file.version(), file.warnings(), List.of()));
            return ExitCode.OK;
        } catch (BadPolicyException e) {
            if (output.format() == Format.TABLE) {
                e.mistakes().forEach(output::note);
            }
            results.add(result(path, false, "", List.of(), e.mistakes()));
            return e.isReadable() ? ExitCode.FAILED : ExitCode.USAGE;
        }
    }

    private static Value result(
            Path file,
            boolean valid,
            String version,
            List<String> warnings,
            List<String> mistakes) {
        return Value.members(
                "file",
                file.toString(),
                "valid",
                valid,
                "version",
                version,
                "warnings",
                Value.of(warnings.stream().map(Value::of).toList()),
                "mistakes",
                Value.of(mistakes.stream().map(Value::of).toList()));
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
