package dev.culvert.daemon.client.compliance;

import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.output.JUnitXml;
import dev.culvert.daemon.client.output.JUnitXml.State;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes all checks: those that are built in, and those that a file declares. */
public final class Compliance {
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;

    private final ComplianceFile file;
    private final Path folder;
    private final Lists lists;
    private final Optional<Workspace> workspace;

    /**
     * @param folder that the file is in, from which it names others
     * @param workspace whose state is compared, if there is one
     */
    public Compliance(ComplianceFile file, Path folder, Api api, Optional<Workspace> workspace) {
        this.file = file;
        this.folder = folder;
        lists = new Lists(api);
        this.workspace = workspace;
    }

    /**
     * What came of them.
     *
     * @throws IOException if the daemon cannot be reached
     */
    public List<Finding> findings() throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (BuiltIn.Check each : new BuiltIn(lists, file, workspace, Instant.now()).all()) {
            findings.add(finding(each));
        }
        for (ComplianceFile.Audit each : file.audit()) {
            if (!each.file().isEmpty()) {
                findings.add(finding(each));
            }
        }
        for (Rule each : file.rules()) {
            try {
                findings.add(each.check(lists.all(each.of())));
            } catch (ProblemException e) {
                findings.add(unknown("declared", each.name(), e));
            }
        }
        return findings;
    }

    private Finding finding(BuiltIn.Check check) throws IOException {
        Optional<ComplianceFile.Skip> skip =
                file.skip().stream().filter(it -> it.check().equals(check.name())).findFirst();
        if (skip.isPresent()) {
            return skipped(check, skip.get().why());
        }
        try {
            if (check.isOfProxmox() && lists.all(Lists.Kind.SERVERS).isEmpty()) {
                return skipped(check, "no server of Proxmox is set (proxmox)");
            }
            List<String> why = check.look().why();
            return new Finding(
                    check.name(),
                    check.says(),
                    why.isEmpty() ? State.PASSED : State.FAILED,
                    why,
                    check.advice());
        } catch (ProblemException e) {
            return unknown(check.name(), check.says(), e);
        } catch (UsageException e) {
            return new Finding(
                    check.name(),
                    check.says(),
                    State.ERROR,
                    List.of(String.valueOf(e.getMessage())),
                    check.advice());
        }
    }

    private static Finding skipped(BuiltIn.Check check, String why) {
        return new Finding(check.name(), check.says(), State.SKIPPED, List.of(why), check.advice());
    }

    /** Whom the daemon does not know it tells nothing at all: that is no finding. */
    private static Finding unknown(String check, String says, ProblemException e)
            throws ProblemException {
        if (e.status() == UNAUTHORIZED) {
            throw e;
        }
        return new Finding(
                check,
                says,
                State.ERROR,
                List.of(Quoted.message(e)),
                e.status() == NOT_FOUND
                        ? "the daemon is older than this command"
                        : "ask with a token that may see it: --token-file");
    }

    private Finding finding(ComplianceFile.Audit audit) {
        String says = "nobody has changed the audit log " + Quoted.word(audit.file());
        String advice = "keep the log as it is, and look at it: culvert audit verify FILE";
        try {
            Path log = folder.resolve(audit.file());
            if (!Files.isRegularFile(log)) {
                throw new NoSuchFileException(log.toString());
            }
            Verdict verdict = AuditLog.verify(log, audit.head().orElse(null));
            return switch (verdict) {
                case Verdict.Sound _ ->
                        new Finding("audit.file", says, State.PASSED, List.of(), advice);
                case Verdict.Broken(Path _, long line, String why) ->
                        new Finding(
                                "audit.file",
                                says,
                                State.FAILED,
                                List.of("line %d: %s".formatted(line, Quoted.sentence(why))),
                                advice);
            };
        } catch (IOException e) {
            return new Finding(
                    "audit.file",
                    says,
                    State.ERROR,
                    List.of("it cannot be read: " + FileTrouble.why(e)),
                    "name it relative to the folder of " + ComplianceFile.FILE);
        }
    }

    /** As JUnit's XML. */
    public static String junit(List<Finding> findings) {
        return new JUnitXml("compliance", findings.stream().map(Finding::junit).toList()).text();
    }
}
