package dev.culvert.daemon.approvals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.config.ApprovalSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is remembered of claims. */
class ClaimsTest {
    private static final Instant START = Instant.parse("2026-11-30T08:00:00Z");
    private static final int CALLS = 100;

    private final DecisionLog log =
            new DecisionLog(
                    new DecisionLog.Lines() {
                        @Override
                        public void append(AuditEntry entry) {}

                        @Override
                        public void close() {}
                    },
                    Duration.ofSeconds(10));
    private Instant now = START;

    private final ApprovalLedger ledger =
            new ApprovalLedger(new MemoryApprovals(), log, ApprovalObserver.NONE, () -> now);
    private final Claims claims = new Claims(ledger);

    @AfterEach
    void close() {
        log.close();
    }

    private static String id(int number) {
        return "ap_%022d".formatted(number);
    }

    private static Claim claim(int number, String claim) {
        return new Claim(id(number), claim.repeat(22), AuditLog.digest("{}"), "v7", false);
    }

    private void allow(int number) throws IOException, ApprovalException {
        ParkedCall call =
                new ParkedCall(
                        "t1", "c1", "run_command", "{}", AuditLog.digest("{}"), "v7", "pushes", "");
        Approval asked =
                new Approval(
                        id(number),
                        "web-1",
                        "acme",
                        call,
                        now,
                        now.plusSeconds(60),
                        new Standing.Decided(new Decision(true, "anna", "", now)));
        ledger.add(asked, ApprovalSettings.DEFAULTS);
    }

    @Test
    void nothingIsRememberedOfApprovalsThatAreForgotten() throws Exception {
        Object link = new Object();
        for (int i = 0; i < CALLS; i++) {
            allow(i);
            claims.claim("web-1", claim(i, "c"), link);
            Claim another = claim(i, "d");
            assertThatExceptionOfType(ApprovalException.class)
                    .isThrownBy(() -> claims.claim("web-1", another, link));
            claims.unanswered(claim(i, "c"), link);
        }
        assertThat(claims.size()).isEqualTo(2 * CALLS);

        now = START.plusSeconds(61);
        List<String> forgotten = ledger.tidy(Duration.ZERO);
        claims.forget(forgotten);

        assertThat(forgotten).hasSize(CALLS);
        assertThat(claims.size()).isZero();
    }

    @Test
    void aClaimOfAnApprovalThatNobodyKnowsIsNotRemembered() {
        for (int i = 0; i < CALLS; i++) {
            Claim unknown = claim(i, "c");
            assertThatExceptionOfType(ApprovalException.class)
                    .isThrownBy(() -> claims.claim("web-1", unknown, new Object()));
        }

        assertThat(claims.size()).isZero();
    }
}
