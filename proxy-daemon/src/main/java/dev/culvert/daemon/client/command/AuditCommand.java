package dev.culvert.daemon.client.command;

import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditLog;
import dev.culvert.audit.Head;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert audit …}. */
@Command(
        name = "audit",
        description = "Checks the logs of what tools were allowed to do.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class AuditCommand {
    static CommandLine with(Session session) {
        return new CommandLine(new AuditCommand()).addSubcommand(new VerifyAudit(session));
    }

    @Command(
            name = "verify",
            description = {
                "Checks that nobody has changed an audit log: each line contains the hash of the line before it.",
                "Reads the older files too (FILE.1, FILE.2, …). It needs no running daemon."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The hashes show a line that was changed, inserted or removed. They cannot show that lines",
                "are missing at the end, or that somebody wrote the whole log again: note the head that",
                "this command prints (or that the program logs), and check against it with --head.",
                "",
                "Example:",
                "  culvert audit verify /var/lib/culvert-agent/audit/audit.log"
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:it is sound",
                "1:a line is not what was written, or lines are missing",
                "2:the file cannot be read"
            })
    private static final class VerifyAudit implements Verb {
        private static final Pattern HEAD = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

        private static final View VIEW =
                View.of(
                        "status",
                        Column.of("status", "status")
                                .in(it -> it.text("status").equals("ok") ? Tone.GOOD : Tone.BAD),
                        Column.of("lines", VerifyAudit::lines),
                        Column.of("head", "head"),
                        Column.of("unfinished bytes", "unfinished_bytes"),
                        Column.of("file", "file"),
                        Column.of("line", "line"),
                        Column.of("problem", "problem"));

        private final Session session;

        @Parameters(paramLabel = "FILE", description = "The newest file of the log.")
        private Path file = Path.of("");

        @Option(
                names = "--head",
                paramLabel = "NUMBER:HASH",
                description = "A head that was noted before; the log must contain that line.")
        private @Nullable String head;

        private VerifyAudit(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Head noted = head == null ? null : noted(head);
            if (!Files.exists(file)) {
                throw new UsageException(file + " cannot be checked: there is no such file");
            }
            Verdict verdict;
            try {
                verdict = AuditLog.verify(file, noted);
            } catch (IOException e) {
                throw new UsageException(file + " cannot be checked: " + FileTrouble.why(e));
            }
            session.output().item(data(verdict), VIEW);
            return verdict instanceof Verdict.Sound ? ExitCode.OK : ExitCode.FAILED;
        }

        private static Head noted(String head) throws UsageException {
            Matcher parts = HEAD.matcher(head);
            if (!parts.matches()) {
                throw new UsageException(
                        "--head takes NUMBER:HASH, as this command prints it, not '%s'"
                                .formatted(Quoted.word(head)));
            }
            return new Head(Long.parseLong(parts.group(1)), parts.group(2));
        }

        private static Value data(Verdict verdict) {
            return switch (verdict) {
                case Verdict.Sound(long first, Head last, long unfinished) ->
                        Value.members(
                                "status",
                                "ok",
                                "first",
                                first,
                                "last",
                                last.number(),
                                "head",
                                last.toString(),
                                "unfinished_bytes",
                                unfinished);
                case Verdict.Broken(Path where, long line, String why) ->
                        Value.members(
                                "status",
                                "broken",
                                "file",
                                where.toString(),
                                "line",
                                line,
                                "problem",
                                why);
            };
        }

        private static String lines(Value data) {
            return data.text("status").equals("ok")
                    ? data.text("first") + " to " + data.text("last")
                    : "";
        }
    }
}
