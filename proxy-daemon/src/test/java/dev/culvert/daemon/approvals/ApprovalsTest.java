package dev.culvert.daemon.approvals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.approvals.Approval.State;
import dev.culvert.daemon.approvals.Approvals.Decided;
import dev.culvert.daemon.config.ApprovalSettings;
import dev.culvert.frame.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of calls that somebody has to approve. */
class ApprovalsTest {
    private static final Instant START = Instant.parse("2026-11-30T08:00:00Z");
    private static final String ID = "ap_0123456789012345678901";
    private static final String OTHER = "ap_9876543210987654321098";
    private static final String CLAIM = "c".repeat(22);

    /** Fails as a disk does: before it has stored, or after that. */
    private static final class Disk implements ApprovalStore {
        private final ApprovalStore store;
        private boolean refuses;
        private boolean writesLate;

        Disk(ApprovalStore store) {
            this.store = store;
        }

        private void check(boolean isDone) throws IOException {
            if (refuses && isDone == writesLate) {
                throw new IOException("the disk is full");
            }
        }

        @Override
        public boolean isKept() {
            return store.isKept();
        }

        @Override
        public List<Approval> read() throws IOException {
            return store.read();
        }

        @Override
        public @Nullable Approval find(String id) throws IOException {
            return store.find(id);
        }

        @Override
        public boolean add(Approval asked) throws IOException {
            check(false);
            boolean isAdded = store.add(asked);
            check(true);
            return isAdded;
        }

        @Override
        public boolean replace(Approval before, Approval after) throws IOException {
            check(false);
            boolean isReplaced = store.replace(before, after);
            check(true);
            return isReplaced;
        }

        @Override
        public void delete(Collection<String> ids) throws IOException {
            check(false);
            store.delete(ids);
        }
    }

    private final MemoryApprovals stored = new MemoryApprovals();
    private final Disk disk = new Disk(stored);
    private final Object link = new Object();
    private final List<AuditEntry> lines = new ArrayList<>();
    private final List<Approval> told = new ArrayList<>();
    private final DecisionLog log =
            new DecisionLog(
                    new DecisionLog.Lines() {
                        @Override
                        public void append(AuditEntry entry) throws IOException {
                            if (logRefuses) {
                                throw new IOException("no space left");
                            }
                            synchronized (lines) {
                                lines.add(entry);
                            }
                        }

                        @Override
                        public void close() {}
                    },
                    Duration.ofSeconds(10));
    private volatile boolean logRefuses;
    private ApprovalSettings settings = ApprovalSettings.DEFAULTS;
    private Instant now = START;
    private Approvals approvals = open();

    private Approvals open() {
        Approvals opened =
                new Approvals(disk, log, () -> settings, ApprovalObserver.NONE, () -> now);
        opened.listen(told::add);
        return opened;
    }

    private void restart() throws IOException {
        approvals = open();
        approvals.restore();
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static Ask ask(String id, String arguments) {
        String digest = AuditLog.digest(arguments);
        ParkedCall call =
                new ParkedCall("t1", "c1", "run_command", arguments, digest, "v7", "pushes", "");
        return new Ask(id, call, START.plusSeconds(900));
    }

    private Approval asked(String id) throws Exception {
        return approvals.ask("web-1", "acme", ask(id, "{}"));
    }

    private static Claim claim(String claim) {
        return new Claim(ID, claim, AuditLog.digest("{}"), "v7", false);
    }

    private void allow() throws Exception {
        asked(ID);
        assertThat(approvals.decide(ID, true, "anna", "fine")).isInstanceOf(Decided.Taken.class);
    }

    private State state() {
        Approval found = approvals.find(ID);
        return found == null ? State.WITHDRAWN : found.state(now);
    }

    /** Those of the log, once what waits for its thread is written. */
    private List<String> outcomes() throws IOException {
        log.record(new AuditEntry(now, "test", "t", "x", null, "", "", "end", Duration.ZERO));
        synchronized (lines) {
            lines.removeLast();
            return lines.stream().map(it -> it.who() + " " + it.outcome()).toList();
        }
    }

    private static void assertRefused(ErrorCode code, ThrowingCall call) {
        assertThatExceptionOfType(ApprovalException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    @Test
    void whatIsAllowedCanBeUsedOnce() throws Exception {
        allow();
        now = now.plusSeconds(5);

        approvals.claim("web-1", claim(CLAIM), link);
        approvals.claim("web-1", claim(CLAIM), link); // the answer was lost
        assertThat(state()).isEqualTo(State.USED);
        assertRefused(
                ErrorCode.APPROVAL_USED,
                () -> approvals.claim("web-1", claim("d".repeat(22)), link));
        assertRefused(
                ErrorCode.APPROVAL_USED,
                () -> approvals.claim("web-1", claim("e".repeat(22)), link));

        assertThat(outcomes()).containsExactly("anna allow", "web-1 used", "web-1 claim_refused");
        assertThat(lines.get(1).waited()).isEqualTo(Duration.ofSeconds(5));
        assertThat(lines.get(1).arguments()).isEqualTo(AuditLog.digest("{}"));
    }

    @Test
    void whatWasUsedStaysSoAfterARestart() throws Exception {
        allow();
        approvals.claim("web-1", claim(CLAIM), link);

        restart();

        assertRefused(
                ErrorCode.APPROVAL_UNKNOWN, () -> approvals.claim("web-1", claim(CLAIM), link));
        approvals.claim("web-1", sure(), link);
        assertRefused(
                ErrorCode.APPROVAL_USED,
                () -> approvals.claim("web-1", claim("d".repeat(22)), link));
    }

    private static Claim sure() {
        return new Claim(ID, CLAIM, AuditLog.digest("{}"), "v7", true);
    }

    @Test
    void theSameClaimOverAnotherLinkMayBeThatOfACopy() throws Exception {
        allow();
        Object another = new Object();
        approvals.claim("web-1", claim(CLAIM), link);

        assertRefused(
                ErrorCode.APPROVAL_UNKNOWN, () -> approvals.claim("web-1", claim(CLAIM), another));
        approvals.claim("web-1", claim(CLAIM), link);
        approvals.claim("web-1", sure(), another);
        assertThat(outcomes()).containsExactly("anna allow", "web-1 used", "web-1 claim_refused");
    }

    @Test
    void aClaimWhoseAnswerWasNeverSentMayBeMadeAgain() throws Exception {
        allow();
        approvals.claim("web-1", claim(CLAIM), link);
        approvals.unanswered(claim(CLAIM), link);

        Object next = new Object();
        approvals.claim("web-1", claim(CLAIM), next);
        assertRefused(
                ErrorCode.APPROVAL_UNKNOWN, () -> approvals.claim("web-1", claim(CLAIM), link));
    }

    @Test
    void aDecisionSurvivesARestartAndIsThereWhenTheGuestAsksAgain() throws Exception {
        asked(ID);
        restart();
        assertThat(approvals.decide(ID, false, "ben", "no")).isInstanceOf(Decided.Taken.class);
        restart();

        assertThat(asked(ID).decision()).isEqualTo(new Decision(false, "ben", "no", START));
        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-1", claim(CLAIM), link));
    }

    @Test
    void changedArgumentsAndAChangedPolicyAreRefused() throws Exception {
        allow();

        assertThatExceptionOfType(ApprovalException.class)
                .isThrownBy(() ->
                        approvals.claim(
                                "web-1",
                                new Claim(ID, CLAIM, AuditLog.digest("{ }"), "v7", false),
                                link))
                .withMessageContaining("digest");
        assertThatExceptionOfType(ApprovalException.class)
                .isThrownBy(() ->
                        approvals.claim(
                                "web-1",
                                new Claim(ID, CLAIM, AuditLog.digest("{}"), "v8", false),
                                link))
                .withMessageContaining("policy");
        assertThat(state()).isEqualTo(State.ALLOWED);

        approvals.claim("web-1", claim(CLAIM), link);
        assertRefused(
                ErrorCode.APPROVAL_CHANGED,
                () ->
                        approvals.claim(
                                "web-1",
                                new Claim(ID, CLAIM, AuditLog.digest("{ }"), "v7", false),
                                link));
    }

    @Test
    void onlyItsAgentCanAskAgainAndClaim() throws Exception {
        allow();

        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.ask("web-2", "acme", ask(ID, "{}")));
        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.ask("web-1", "acme", ask(ID, "{ }")));
        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-2", claim(CLAIM), link));
        assertThat(asked(ID).state(now)).isEqualTo(State.ALLOWED);
    }

    @Test
    void nothingIsClaimedThatNobodyHasAllowed() throws Exception {
        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-1", claim(CLAIM), link));
        asked(ID);
        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-1", claim(CLAIM), link));
        approvals.decide(ID, false, "ben", "");
        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-1", claim(CLAIM), link));

        assertThat(outcomes()).containsExactly("web-1 claim_refused", "ben deny");
    }

    @Test
    void theFirstDecisionCounts() throws Exception {
        asked(ID);
        approvals.decide(ID, false, "ben", "no");

        Decided second = approvals.decide(ID, true, "anna", "yes");

        assertThat(second).isInstanceOf(Decided.TooLate.class);
        assertThat(state()).isEqualTo(State.DENIED);
        assertThat(approvals.decide(OTHER, true, "anna", "")).isEqualTo(new Decided.Unknown());
        assertThat(outcomes()).containsExactly("ben deny");
    }

    @Test
    void whatTheStoreHasOtherwiseIsNotDecidedAgain() throws Exception {
        Approval pending = asked(ID);
        stored.replace(
                pending, pending.with(new Standing.Decided(new Decision(false, "ben", "", now))));

        Decided late = approvals.decide(ID, true, "anna", "");

        assertThat(late)
                .isInstanceOfSatisfying(
                        Decided.TooLate.class,
                        it -> assertThat(it.approval().state(now)).isEqualTo(State.DENIED));
        assertThat(outcomes()).containsExactly("anna allow", "anna not_taken", "ben stored_late");
    }

    @Test
    void whatNobodyDecidesExpiresAsADenial() throws Exception {
        asked(ID);
        now = START.plusSeconds(900);

        assertThat(state()).isEqualTo(State.EXPIRED);
        assertThat(approvals.decide(ID, true, "anna", "")).isInstanceOf(Decided.TooLate.class);
        assertThat(approvals.due()).hasSize(1);
        approvals.check(ID);
        assertThat(approvals.due()).isEmpty();

        assertThat(told.getLast().standing()).isEqualTo(new Standing.Expired(now));
        assertThat(outcomes()).containsExactly("culvertd expired");
        assertThat(lines.getFirst().waited()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void whatWasAllowedAndNotUsedInTimeCannotBeUsed() throws Exception {
        allow();
        now = START.plusSeconds(900);

        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-1", claim(CLAIM), link));
    }

    @Test
    void oneThatHasExpiredBeforeItCameIsNotKept() throws Exception {
        now = START.plusSeconds(900);

        assertThat(asked(ID).state(now)).isEqualTo(State.EXPIRED);
        assertThat(approvals.find(ID)).isNull();
    }

    @Test
    void theDaemonShortensATimeThatIsTooLong() throws Exception {
        settings = settings(10, 10, 10, 10, 1_000_000, Duration.ofMinutes(1));

        assertThat(asked(ID).expires()).isEqualTo(START.plusSeconds(60));
        now = START.plusSeconds(10);
        assertThat(asked(ID).expires()).isEqualTo(START.plusSeconds(60));
    }

    private static ApprovalSettings settings(
            int all, int ofTenant, int ofAgent, int kept, int keptBytes, Duration maxWait) {
        return new ApprovalSettings(
                all, ofTenant, ofAgent, kept, keptBytes, 1000, maxWait, Duration.ofHours(1));
    }

    static Stream<ApprovalSettings> tight() {
        Duration day = Duration.ofDays(1);
        return Stream.of(
                settings(1, 9, 9, 9, 1_000_000, day),
                settings(9, 1, 9, 9, 1_000_000, day),
                settings(9, 9, 1, 9, 1_000_000, day),
                settings(9, 9, 9, 1, 1_000_000, day),
                settings(9, 9, 9, 9, 1_500, day));
    }

    @ParameterizedTest
    @MethodSource("tight")
    void oneMoreThanThereMayBeIsRefusedUntilThereIsRoom(ApprovalSettings few) throws Exception {
        settings = few;
        asked(ID);

        assertThatExceptionOfType(ApprovalException.class)
                .isThrownBy(() -> asked(OTHER))
                .withMessageContaining("approvals.max_")
                .satisfies(e -> assertThat(e.isTemporary()).isTrue());
        assertThat(asked(ID).id()).isEqualTo(ID);

        now = START.plusSeconds(899);
        approvals.decide(ID, false, "ben", "");
        now = START.plus(Duration.ofHours(2));
        approvals.tidy();
        assertThat(approvals.find(ID)).isNull();
        assertThat(stored.read()).isEmpty();
        assertThat(approvals.keptBytes()).isZero();
        Ask later = ask(OTHER, "{}");
        approvals.ask("web-1", "acme", new Ask(OTHER, later.call(), now.plusSeconds(60)));
        assertThat(approvals.pending()).isOne();
    }

    @Test
    void whatMayBeAskedForAgainIsNotForgotten() throws Exception {
        settings = settings(9, 9, 9, 9, 1_000_000, Duration.ofDays(9));
        asked(ID);
        approvals.decide(ID, false, "ben", "");
        now = START.plusSeconds(890);

        approvals.tidy();

        assertThat(state()).isEqualTo(State.DENIED);
    }

    @Test
    void whatTheGuestWithdrawsCannotBeDecidedOrUsed() throws Exception {
        allow();
        asked(OTHER);

        approvals.withdraw(ID, "web-1", "the turn has ended");
        approvals.withdraw(OTHER, "web-1", "the turn has ended");
        approvals.withdraw("ap_none", "web-1", "the turn has ended");

        assertRefused(
                ErrorCode.APPROVAL_CHANGED, () -> approvals.claim("web-1", claim(CLAIM), link));
        assertThat(approvals.decide(OTHER, true, "anna", "")).isInstanceOf(Decided.TooLate.class);
        assertThat(approvals.pending()).isZero();
        assertThat(outcomes())
                .containsExactly(
                        "anna allow", "web-1 withdrawn", "web-1 withdrawn", "web-1 claim_refused");
    }

    @Test
    void whatWasUsedIsNotWithdrawn() throws Exception {
        allow();
        approvals.claim("web-1", claim(CLAIM), link);

        approvals.withdraw(ID, "web-1", "the turn has ended");

        assertThat(state()).isEqualTo(State.USED);
    }

    @Test
    void aDecisionThatCannotBeStoredDoesNotCount() throws Exception {
        asked(ID);
        disk.refuses = true;

        assertThatIOException()
                .isThrownBy(() -> approvals.decide(ID, true, "anna", ""))
                .withMessage("the disk is full");

        assertThat(state()).isEqualTo(State.PENDING);
        assertThat(outcomes()).containsExactly("anna allow", "anna not_taken");
        disk.refuses = false;
        assertThat(approvals.decide(ID, false, "ben", "")).isInstanceOf(Decided.Taken.class);
        assertThat(told).hasSize(2);
    }

    @Test
    void aDecisionThatTheDiskHasWrittenAfterAllCountsAndIsFoundOut() throws Exception {
        asked(ID);
        disk.refuses = true;
        disk.writesLate = true;
        assertThatIOException().isThrownBy(() -> approvals.decide(ID, true, "anna", ""));
        assertThat(state()).isEqualTo(State.PENDING);
        disk.refuses = false;

        assertThat(approvals.due()).hasSize(1);
        approvals.check(ID);

        assertThat(state()).isEqualTo(State.ALLOWED);
        assertThat(approvals.due()).isEmpty();
        assertThat(approvals.decide(ID, false, "ben", "")).isInstanceOf(Decided.TooLate.class);
        assertThat(outcomes()).containsExactly("anna allow", "anna not_taken", "anna stored_late");
        assertThat(told.getLast().state(now)).isEqualTo(State.ALLOWED);
    }

    @Test
    void nothingRunsIfItCannotBeStoredThatItDoes() throws Exception {
        allow();
        disk.refuses = true;
        assertThatIOException().isThrownBy(() -> approvals.claim("web-1", claim(CLAIM), link));
        assertThat(state()).isEqualTo(State.ALLOWED);

        disk.writesLate = true;
        assertThatIOException().isThrownBy(() -> approvals.claim("web-1", claim(CLAIM), link));
        disk.refuses = false;

        approvals.claim("web-1", claim(CLAIM), link); // it was this one that is stored
        assertRefused(
                ErrorCode.APPROVAL_USED,
                () -> approvals.claim("web-1", claim("d".repeat(22)), link));
    }

    @Test
    void whatIsAskedForAndWasStoredAfterAllIsTheSame() throws Exception {
        disk.refuses = true;
        assertThatIOException().isThrownBy(() -> asked(ID));
        assertThat(approvals.find(ID)).isNull();
        assertThat(approvals.keptBytes()).isZero();
        disk.writesLate = true;
        assertThatIOException().isThrownBy(() -> asked(ID));
        disk.refuses = false;

        assertThat(asked(ID).state(now)).isEqualTo(State.PENDING);
        assertThat(stored.read()).hasSize(1);
    }

    @Test
    void nothingIsDecidedThatTheAuditLogDoesNotTake() throws Exception {
        asked(ID);
        logRefuses = true;

        assertThatIOException()
                .isThrownBy(() -> approvals.decide(ID, true, "anna", ""))
                .withMessageContaining("audit log");

        assertThat(state()).isEqualTo(State.PENDING);
        assertThat(stored.read().getFirst().isPending()).isTrue();
    }

    @Test
    void aFeedHasTheLastChangeOfEachAndNoneOfOtherTenants() throws Exception {
        asked(ID);
        asked(OTHER);
        approvals.ask("db-1", "globex", ask("ap_0000000000000000000000", "{}"));
        Feed feed = approvals.feed("acme");
        long before = feed.newest();
        approvals.decide(ID, true, "anna", "");

        assertThat(changes(feed, 0)).containsExactly(OTHER, ID);
        assertThat(changes(feed, before)).containsExactly(ID);
        assertThat(changes(approvals.feed("initech"), 0)).isEmpty();
        assertThat(changes(approvals.feed(null), 0)).hasSize(3);

        now = START.plus(Duration.ofDays(2));
        approvals.check(OTHER);
        approvals.tidy();
        assertThat(feed.reaches(before)).isFalse();
        assertThat(feed.reaches(feed.newest())).isTrue();
    }

    private static List<String> changes(Feed feed, long after) {
        List<String> ids = new ArrayList<>();
        for (Feed.Item item = feed.after(after); item != null; item = feed.after(item.number())) {
            Approval approval = item.approval();
            ids.add(approval == null ? "" : approval.id());
        }
        return ids;
    }

    @Test
    void tellsHowLongTheOldestWaits() throws Exception {
        assertThat(approvals.longestWait()).isZero();
        asked(ID);
        now = START.plusSeconds(30);
        asked(OTHER);
        now = START.plusSeconds(40);
        assertThat(approvals.longestWait()).isEqualTo(Duration.ofSeconds(40));

        approvals.decide(ID, true, "anna", "");

        assertThat(approvals.longestWait()).isEqualTo(Duration.ofSeconds(10));
    }
}
