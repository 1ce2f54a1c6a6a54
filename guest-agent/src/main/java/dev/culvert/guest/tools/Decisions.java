package dev.culvert.guest.tools;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.io.FileTrouble;
import dev.culvert.policy.Decision;
import dev.culvert.tools.ToolException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log of what the tools were allowed to do. A decision is on the disk before the tool
 * does anything. Blocks.
 */
final class Decisions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    /** Agents know no more of who asks: the host has the name of the caller of the turn. */
    private static final String HOST = "host";

    private static final Path FILE = Path.of("audit", "audit.log");

    private final @Nullable AuditLog log;

    private Decisions(@Nullable AuditLog log) {
        this.log = log;
    }

    /**
     * Opens the log.
     *
     * @param stateDir which contains it; null to keep none
     */
    static Decisions in(@Nullable Path stateDir) throws IOException {
        if (stateDir == null) {
            LOG.warn("without --state-dir there is no audit log of what the tools do");
            return new Decisions(null);
        }
        Path file = stateDir.resolve(FILE);
        try {
            return new Decisions(
                    new AuditLog(
                            file,
                            AuditLog.Limits.DEFAULTS,
                            head -> LOG.info("the audit log {} has the head {}", file, head)));
        } catch (IOException e) {
            throw new IOException(
                    "the audit log of the tools cannot be used: " + FileTrouble.of(e), e);
        }
    }

    /**
     * Writes down a decision.
     *
     * @param policy the version of the policy
     * @param waited from the call until the decision
     * @throws ToolException if it cannot be written: then nothing may be done
     */
    void record(
            String turn, AnswerCalls.Call call, Decision decision, String policy, Duration waited)
            throws ToolException {
        if (log == null) {
            return;
        }
        try {
            log.append(
                    new AuditEntry(
                            Instant.now(),
                            HOST,
                            turn,
                            call.name(),
                            decision.by() == null ? null : decision.rule(),
                            policy,
                            AuditLog.digest(call.arguments()),
                            decision.verdict().name().toLowerCase(Locale.ROOT),
                            waited));
        } catch (IOException e) {
            LOG.error("tools are refused: the audit log cannot be written: {}", FileTrouble.of(e));
            throw new ToolException(
                    "nothing was done, because the agent cannot write its audit log; its log says"
                            + " why",
                    e);
        }
    }

    @Override
    public void close() {
        if (log != null) {
            try {
                log.close();
            } catch (IOException e) {
                LOG.warn("the audit log could not be closed: {}", FileTrouble.of(e));
            }
        }
    }
}
