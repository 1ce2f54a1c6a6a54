package dev.culvert.guest.tools;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.guest.approvals.Approval;
import dev.culvert.guest.approvals.PendingCall;
import dev.culvert.guest.policy.BlockedCalls;
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
public final class Decisions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

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
    public static Decisions in(@Nullable Path stateDir) throws IOException {
        if (stateDir == null) {
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
     * @param offer for the turn
     * @param policy the version of the policy
     * @param waited from the call until the decision
     * @throws ToolException if it cannot be written: then nothing may be done
     */
    void record(
            Offer offer, AnswerCalls.Call call, Decision decision, String policy, Duration waited)
            throws ToolException {
        append(
                new AuditEntry(
                        Instant.now(),
                        offer.who(),
                        offer.turn(),
                        call.name(),
                        decision.by() == null ? null : decision.rule(),
                        policy,
                        AuditLog.digest(call.arguments()),
                        decision.verdict().name().toLowerCase(Locale.ROOT),
                        waited));
    }

    /** Whether what is written down is kept. */
    boolean areKept() {
        return log != null;
    }

    /** Writes down a call that ends its turn, because no call of its tool may be made. */
    void blocked(BlockedCalls.Call call) throws ToolException {
        append(
                new AuditEntry(
                        Instant.now(),
                        call.who(),
                        call.turn(),
                        call.tool(),
                        call.denial().rule(),
                        call.denial().policy(),
                        "",
                        "blocked",
                        Duration.ZERO));
    }

    /**
     * Writes down that a call is not done, because the agent has no such tool any more, or because
     * the tool does not take its arguments.
     */
    void refused(Offer offer, AnswerCalls.Call call, String policy, Duration waited)
            throws ToolException {
        append(
                new AuditEntry(
                        Instant.now(),
                        offer.who(),
                        offer.turn(),
                        call.name(),
                        null,
                        policy,
                        AuditLog.digest(call.arguments()),
                        "refused",
                        waited));
    }

    private void append(AuditEntry entry) throws ToolException {
        if (log == null) {
            return;
        }
        try {
            log.append(entry);
        } catch (IOException e) {
            LOG.error(
                    "the audit log cannot be written, so tools are refused: {}", FileTrouble.of(e));
            throw new ToolException(
                    "nothing was done, because the agent cannot write its audit log; its log says"
                            + " why",
                    e);
        }
    }

    /**
     * Writes down that a call begins which somebody has allowed, so that it never begins again.
     *
     * @throws ToolException if it cannot be written: then nothing may be done
     */
    void begin(Permission permission) throws ToolException {
        Approval approval = permission.call().approval();
        append(entry(approval, permission.by(), "allow", permission.waited()));
        try {
            permission.call().begin(permission.by());
        } catch (IOException e) {
            LOG.error("a tool is refused: {}", FileTrouble.of(e));
            throw new ToolException(
                    "nothing was done, because the agent cannot write to its --state-dir; its log"
                            + " says why",
                    e);
        }
    }

    /** Writes down that a call about which the policy asks does not begin. */
    void settled(Approval approval, PendingCall.Refusal refusal) throws ToolException {
        append(entry(approval, refusal.by(), refusal.outcome(), refusal.waited()));
    }

    private static AuditEntry entry(
            Approval approval, String who, String outcome, Duration waited) {
        return new AuditEntry(
                Instant.now(),
                who,
                approval.turn(),
                approval.tool(),
                approval.rule(),
                approval.policy(),
                approval.digest(),
                outcome,
                waited);
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
