package dev.culvert.daemon.client.chat;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.policy.Decision;
import dev.culvert.tools.ToolException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The audit log of what tools were allowed to do here. All sessions of a user share it: each line
 * is written under a lock, after the last one of whoever wrote before.
 */
final class Decisions {
    private static final String LOCK = ".lock";

    private final Path file;
    private final String user;

    /**
     * @param user who is asked, and who started the command
     */
    Decisions(Path file, String user) {
        this.file = file;
        this.user = user;
    }

    /**
     * Writes down a decision, before anything is done.
     *
     * @param policy the version of the policy
     * @throws ToolException if it cannot be written: then nothing may be done
     */
    void record(String turn, ToolCall call, Decision decision, String policy, Outcome outcome)
            throws ToolException {
        append(turn, call, decision.by() == null ? null : decision.rule(), policy, outcome);
    }

    /**
     * Writes down a call that no rule is about: there is no such tool, or the tool does not take
     * its arguments.
     */
    void refused(String turn, ToolCall call, String policy) throws ToolException {
        append(turn, call, null, policy, Outcome.REFUSED);
    }

    private synchronized void append(
            String turn, ToolCall call, @Nullable String rule, String policy, Outcome outcome)
            throws ToolException {
        try {
            OwnerOnly.createDirectories(file.resolveSibling(""));
            try (FileChannel lock = OwnerOnly.open(file.resolveSibling(file.getFileName() + LOCK));
                    var _ = lock.lock();
                    AuditLog log = new AuditLog(file, AuditLog.Limits.DEFAULTS, _ -> {})) {
                log.append(
                        new AuditEntry(
                                Instant.now(),
                                user,
                                turn,
                                call.tool(),
                                rule,
                                policy,
                                AuditLog.digest(call.argumentsText()),
                                outcome.word(),
                                outcome.waited()));
            }
        } catch (IOException e) {
            throw new ToolException(
                    "nothing was done, because the audit log %s cannot be written: %s"
                            .formatted(file, FileTrouble.of(e)),
                    e);
        }
    }

    /**
     * @param word for the log: {@code allow}, {@code deny} or {@code refused}
     * @param waited for the person
     */
    record Outcome(String word, Duration waited) {
        static final Outcome ALLOWED = new Outcome("allow", Duration.ZERO);
        static final Outcome REFUSED = new Outcome("refused", Duration.ZERO);
        static final Outcome DENIED = new Outcome("deny", Duration.ZERO);
    }
}
