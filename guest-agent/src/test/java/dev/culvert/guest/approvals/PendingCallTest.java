package dev.culvert.guest.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.config.ApprovalSettings;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One call that waits, with scripted hosts; time passes when the test says so. */
class PendingCallTest {
    private static final String ID = "ap_" + "a".repeat(22);
    private static final byte[] TURN = "the turn".getBytes(UTF_8);

    @TempDir private Path stateDir;
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final Owner owner = new Owner();
    private Instant now = Instant.parse("2027-01-01T12:00:00Z");
    private String generation = "g1";
    private Approvals approvals;
    private Host host;

    @BeforeEach
    void begin() {
        clock.freezeTime();
        approvals = approvals();
        host = new Host();
    }

    @AfterEach
    void end() {
        approvals.close();
        clock.finishAndReleaseAll();
    }

    private Approvals approvals() {
        return new Approvals(
                clock.eventLoop(), ApprovalSettings.DEFAULTS, disk(), () -> generation, () -> now);
    }

    /** Writes at once. */
    private PendingDisk disk() {
        return new PendingDisk(
                new PendingFiles(stateDir),
                new PendingDisk.Jobs() {
                    @Override
                    public void execute(Object key, Runnable job) {
                        job.run();
                    }

                    @Override
                    public void close() {}
                });
    }

    /** Notes what it is told. */
    private static final class Owner implements PendingCall.Owner {
        private final List<String> told = new ArrayList<>();
        private @Nullable String obstacle;
        private boolean ready = true;

        @Override
        public @Nullable String obstacle() {
            return obstacle;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void onAllowed(String by, Duration waited) {
            told.add("allowed by " + by + " after " + waited.toSeconds() + " s");
        }

        @Override
        public void onRefused(PendingCall.Refusal refusal) {
            told.add(refusal.outcome() + " by " + refusal.by() + ": " + refusal.why());
        }
    }

    /** A link to a host that takes approvals. */
    private final class Host {
        private final EmbeddedChannel channel = new EmbeddedChannel();
        private final HostApprovals link = approvals.over(channel);

        Host() {
            link.onOffered();
        }

        /** The next frame, as {@code type id payload}. */
        String next() {
            List<String> frames = all();
            assertThat(frames).hasSize(1);
            return frames.getFirst();
        }

        List<String> all() {
            clock.runPendingTasks();
            List<String> frames = new ArrayList<>();
            for (Frame frame = channel.readOutbound();
                    frame != null;
                    frame = channel.readOutbound()) {
                frames.add(
                        frame.type().wireName()
                                + " "
                                + frame.id()
                                + " "
                                + frame.payload().toString(UTF_8));
                frame.release();
            }
            return frames;
        }

        boolean answers(FrameType type, String id, String payload) {
            Frame frame = new Frame(type, id, Unpooled.copiedBuffer(payload, UTF_8));
            try {
                return link.onAnswer(frame);
            } finally {
                frame.release();
            }
        }

        void allows(String id) {
            decides(id, "allow");
        }

        void decides(String id, String decision) {
            assertThat(
                            answers(
                                    FrameType.APPROVED,
                                    id,
                                    "{\"approval_id\":\"%s\",\"decision\":\"%s\",\"reason\":\"so\",\"by\":\"ada\",\"digest\":\"sha256:00\",\"policy\":\"sha256:11\"}"
                                            .formatted(ID, decision)))
                    .isTrue();
        }

        void accepts(String id) {
            assertThat(answers(FrameType.CLAIMED, id, "{\"approval_id\":\"" + ID + "\"}")).isTrue();
        }

        void fails(String id, String code) {
            assertThat(
                            answers(
                                    FrameType.ERROR,
                                    id,
                                    "{\"code\":\"" + code + "\",\"message\":\"no\"}"))
                    .isTrue();
        }

        void close() {
            channel.close();
            link.onClosed();
        }
    }

    private static String claim(String frame) {
        return frame.replaceAll(".*\"claim\":\"([^\"]*)\".*", "$1");
    }

    private Approval approval() {
        return new Approval(
                ID,
                "t1",
                "c1",
                "write_file",
                "{\"path\":\"a\"}",
                "sha256:00",
                "sha256:11",
                "writing",
                "the rule asks",
                now,
                now.plusSeconds(900));
    }

    private PendingCall open() {
        return approvals.open(approval(), TURN, owner);
    }

    private void pass(Duration time) {
        now = now.plus(time);
        clock.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        clock.runScheduledPendingTasks();
        clock.runPendingTasks();
    }

    @Test
    void asksClaimsAndMayBeginOnce() {
        PendingCall call = open();

        assertThat(host.next())
                .isEqualTo(
                        "approve a-1 {\"approval_id\":\"%s\",\"turn\":\"t1\",\"call_id\":\"c1\",\"tool_name\":\"write_file\",\"arguments\":{\"path\":\"a\"},\"digest\":\"sha256:00\",\"policy\":\"sha256:11\",\"rule\":\"writing\",\"why\":\"the rule asks\",\"expires\":\"2027-01-01T12:15:00Z\"}"
                                .formatted(ID));
        pass(Duration.ofSeconds(7));
        host.allows("a-1");
        String claim = host.next();
        assertThat(claim)
                .matches(
                        "claim a-2 \\{\"approval_id\":\"%s\",\"claim\":\"[A-Za-z0-9_-]{22}\",\"digest\":\"sha256:00\",\"policy\":\"sha256:11\",\"generation\":true}"
                                .formatted(ID));
        assertThat(owner.told).isEmpty();
        host.accepts("a-2");

        assertThat(owner.told).containsExactly("allowed by ada after 7 s");
        assertThat(host.answers(FrameType.CLAIMED, "a-2", "{\"approval_id\":\"" + ID + "\"}"))
                .isFalse();
        call.forget();
    }

    @Test
    void nobodyIsAskedBeforeItIsKept() throws Exception {
        open();
        host.next();

        assertThat(new PendingFiles(stateDir).load())
                .singleElement()
                .satisfies(kept -> {
                    assertThat(kept.approval()).isEqualTo(approval());
                    assertThat(kept.turn()).isEqualTo(Unpooled.wrappedBuffer(TURN));
                });
    }

    @Test
    void whatIsOverIsKeptNoLonger() throws Exception {
        PendingCall call = open();
        host.next();
        host.decides("a-1", "deny");
        call.forget();

        assertThat(owner.told)
                .containsExactly("deny by ada: it was not approved: ada denied it: so");
        assertThat(new PendingFiles(stateDir).load()).isEmpty();
    }

    @Test
    void aDirectoryThatCannotBeWrittenRefusesTheCall() throws Exception {
        Files.writeString(stateDir.resolve("approvals"), "in the way");
        open();

        clock.runPendingTasks();

        assertThat(owner.told).singleElement().asString().contains("--state-dir");
        assertThat(host.all()).isEmpty();
    }

    @Test
    void countsAsDeniedWhenTheTimeIsOver() {
        open();
        host.next();

        pass(Duration.ofMinutes(14));
        assertThat(owner.told).isEmpty();
        pass(Duration.ofMinutes(1));

        assertThat(owner.told)
                .singleElement()
                .asString()
                .startsWith("expired by agent: ")
                .contains("--approval-timeout");
        assertThat(host.next()).isEqualTo("withdraw  {\"approval_id\":\"" + ID + "\"}");
    }

    @Test
    void aClockThatJumpsIsSeenSoon() {
        open();
        host.next();
        now = now.plusSeconds(901);

        pass(Duration.ofSeconds(30));

        assertThat(owner.told).singleElement().asString().startsWith("expired");
    }

    @Test
    void whoCancelsItTellsTheHost() {
        PendingCall call = open();
        host.next();

        call.forget();

        assertThat(host.next()).startsWith("withdraw ");
        assertThat(owner.told).isEmpty();
    }

    @Test
    void asksEveryNewLinkAgain() {
        host.close();
        open();
        clock.runPendingTasks();

        Host second = new Host();
        assertThat(second.next()).startsWith("approve a-1 ");
        second.close();
        Host third = new Host();
        assertThat(third.next()).startsWith("approve a-1 ");
        third.allows("a-1");
        assertThat(third.next()).startsWith("claim a-2 ");
    }

    @Test
    void aClaimThatWasLostIsSentAgainAsItWas() {
        open();
        host.next();
        host.allows("a-1");
        String lost = host.next();
        host.close();

        Host second = new Host();
        String again = second.next();

        assertThat(claim(again)).isEqualTo(claim(lost));
        second.accepts("a-1");
        assertThat(owner.told).hasSize(1);
    }

    @Test
    void aClaimOfTheProcessBeforeIsSentAgainAsItWas() throws Exception {
        open();
        host.next();
        host.allows("a-1");
        String lost = host.next();
        approvals.stop();

        approvals = approvals();
        host = new Host();
        goOn();

        assertThat(claim(host.next())).isEqualTo(claim(lost));
    }

    private PendingCall goOn() throws Exception {
        PendingFiles.Kept kept = new PendingFiles(stateDir).load().getFirst();
        PendingCall call = approvals.goOn(kept, owner);
        host.link.onClosed();
        host = new Host();
        return call;
    }

    @Test
    void aClaimOfAnotherMachineIsNone() throws Exception {
        open();
        host.next();
        host.allows("a-1");
        String ofTheOriginal = host.next();

        generation = "g2";
        approvals = approvals();
        host = new Host();
        goOn();

        assertThat(claim(host.next())).isNotEqualTo(claim(ofTheOriginal));
    }

    @Test
    void whatHadBegunIsUnknownAfterARestart() throws Exception {
        PendingCall call = open();
        host.next();
        call.begin("ada");
        approvals = approvals();
        host = new Host();

        goOn();
        clock.runPendingTasks();

        assertThat(owner.told).singleElement().asString().startsWith("unknown by ada: ");
        assertThat(host.all()).isEmpty();
    }

    @Test
    void whatTheHostSaysIsUsedIsNotRun() {
        open();
        host.next();
        host.allows("a-1");
        host.next();

        host.fails("a-2", "approval_used");

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the host refuses it now: no");
    }

    @Test
    void whatHasChangedIsNotEvenClaimed() {
        open();
        host.next();
        owner.obstacle = "the policy has changed";

        host.allows("a-1");

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the policy has changed");
        assertThat(host.all()).isEmpty();
    }

    @Test
    void whatHasChangedSinceItWasClaimedDoesNotBegin() {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        owner.obstacle = "the policy has changed";

        host.accepts("a-2");

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the policy has changed");
    }

    @Test
    void whatHasChangedIsNotClaimedAgainOverANewLink() {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        host.close();
        owner.obstacle = "the policy has changed";

        Host second = new Host();

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the policy has changed");
        assertThat(second.all()).isEmpty();
    }

    @Test
    void whatHasChangedIsNotClaimedAgainOfAHostThatHadTrouble() {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        host.fails("a-2", "draining");
        owner.obstacle = "the policy has changed";

        pass(Duration.ofSeconds(5));

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the policy has changed");
        assertThat(host.all()).isEmpty();
    }

    @Test
    void whatHasChangedIsNotClaimedAgainAfterARestart() throws Exception {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        approvals.stop();
        owner.obstacle = "the policy has changed";

        approvals = approvals();
        host = new Host();
        goOn();

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the policy has changed");
        assertThat(host.all()).isEmpty();
    }

    @Test
    void whatHasChangedWhileASnapshotWasTakenDoesNotBegin() {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        approvals.hold();
        host.accepts("a-2");
        owner.obstacle = "the policy has changed";

        approvals.goOn(false);

        assertThat(owner.told)
                .containsExactly("refused by ada: ada allowed it, but the policy has changed");
    }

    @Test
    void isClaimedOnceItsToolIsBack() {
        owner.ready = false;
        open();
        host.next();
        host.allows("a-1");
        pass(Duration.ofSeconds(3));
        assertThat(host.all()).isEmpty();

        owner.ready = true;
        pass(Duration.ofSeconds(1));

        assertThat(host.next()).startsWith("claim a-2 ");
        host.accepts("a-2");
        assertThat(owner.told).containsExactly("allowed by ada after 4 s");
    }

    @Test
    void aClaimOfTheProcessBeforeWaitsUntilTheToolIsBack() throws Exception {
        open();
        host.next();
        host.allows("a-1");
        String before = host.next();
        approvals.stop();
        owner.ready = false;
        approvals = approvals();
        host = new Host();
        goOn();
        assertThat(host.all()).isEmpty();
        assertThat(owner.told).isEmpty();

        owner.ready = true;
        pass(Duration.ofSeconds(1));

        assertThat(claim(host.next())).isEqualTo(claim(before));
    }

    @Test
    void beginsOnceItsToolIsBackIfTheHostHasAcceptedTheClaim() {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        owner.ready = false;
        host.accepts("a-2");
        assertThat(owner.told).isEmpty();

        owner.ready = true;
        pass(Duration.ofSeconds(1));

        assertThat(owner.told).containsExactly("allowed by ada after 1 s");
    }

    @Test
    void aToolThatIsNotBackInTimeEndsTheCallInWords() {
        owner.ready = false;
        open();
        host.next();
        host.allows("a-1");

        pass(Duration.ofMinutes(15));

        assertThat(owner.told)
                .singleElement()
                .asString()
                .startsWith("expired by agent: it was allowed, but its tool was not back in time");
    }

    @Test
    void aDecisionAboutSomethingElseAllowsNothing() {
        open();
        host.next();

        host.answers(
                FrameType.APPROVED,
                "a-1",
                "{\"approval_id\":\"%s\",\"decision\":\"allow\",\"by\":\"ada\",\"digest\":\"sha256:99\",\"policy\":\"sha256:11\"}"
                        .formatted(ID));

        assertThat(owner.told).singleElement().asString().startsWith("refused by ada: ");
    }

    @Test
    void anAnswerOfAnotherFormAllowsNothing() {
        open();
        host.next();

        host.answers(FrameType.APPROVED, "a-1", "{\"decision\":\"allow\"}");

        assertThat(owner.told).singleElement().asString().contains("malformed");
    }

    @Test
    void aHostThatHasTroubleIsAskedAgain() {
        open();
        host.next();
        host.answers(
                FrameType.ERROR,
                "a-1",
                "{\"code\":\"overloaded\",\"message\":\"full\",\"retry_after\":20}");

        pass(Duration.ofSeconds(19));
        assertThat(host.all()).isEmpty();
        pass(Duration.ofSeconds(1));

        assertThat(host.next()).startsWith("approve a-2 ");
        assertThat(owner.told).isEmpty();
    }

    @Test
    void nothingIsClaimedWhileASnapshotIsTaken() {
        open();
        host.next();
        approvals.hold();
        host.allows("a-1");
        assertThat(host.all()).isEmpty();

        approvals.goOn(false);

        assertThat(host.next()).startsWith("claim a-2 ");
    }

    @Test
    void nothingBeginsWhileASnapshotIsTaken() {
        open();
        host.next();
        host.allows("a-1");
        host.next();
        approvals.hold();
        host.accepts("a-2");
        assertThat(owner.told).isEmpty();

        approvals.goOn(false);

        assertThat(owner.told).containsExactly("allowed by ada after 0 s");
    }

    @Test
    void whoIsRestoredClaimsAnewEvenIfTheHostHasAccepted() {
        open();
        host.next();
        host.allows("a-1");
        String before = host.next();
        approvals.hold();
        host.accepts("a-2");

        approvals.goOn(true);

        String after = host.next();
        assertThat(after).startsWith("claim a-3 ");
        assertThat(claim(after)).isNotEqualTo(claim(before));
        assertThat(owner.told).isEmpty();
    }

    @Test
    void whatWasAllowedButHasNotBegunWaitsForTheEndOfTheSnapshot() {
        PendingCall call = open();
        host.next();
        host.allows("a-1");
        host.next();
        host.accepts("a-2");
        assertThat(call.mayBegin()).isTrue();
        approvals.hold();
        assertThat(call.mayBegin()).isFalse();
        call.waitAgain("ada");
        assertThat(owner.told).hasSize(1);

        approvals.goOn(false);

        assertThat(owner.told).hasSize(2).allMatch(it -> it.startsWith("allowed by ada"));
        assertThat(call.mayBegin()).isTrue();
        assertThat(host.all()).isEmpty();
    }

    @Test
    void whatWasAllowedButHasNotBegunIsClaimedAnewAfterARestore() {
        PendingCall call = open();
        host.next();
        host.allows("a-1");
        String before = host.next();
        host.accepts("a-2");
        approvals.hold();
        approvals.goOn(true);
        assertThat(call.mayBegin()).isFalse();

        call.waitAgain("ada");

        String after = host.next();
        assertThat(after).startsWith("claim a-3 ");
        assertThat(claim(after)).isNotEqualTo(claim(before));
        assertThat(owner.told).hasSize(1);
    }

    @Test
    void aTimeThatIsOverWhileASnapshotIsTakenIsSeenAfterIt() {
        open();
        host.next();
        approvals.hold();
        pass(Duration.ofMinutes(16));
        assertThat(owner.told).isEmpty();

        approvals.goOn(true);

        assertThat(owner.told).singleElement().asString().startsWith("expired");
    }

    @Test
    void anAgentThatStopsKeepsWhatWaits() throws Exception {
        PendingCall call = open();
        host.next();

        approvals.stop();
        call.forget();

        assertThat(host.all()).isEmpty();
        assertThat(new PendingFiles(stateDir).load()).hasSize(1);
    }

    @Test
    void onlySoManyAndSoMuchMayWait() {
        ApprovalSettings settings = new ApprovalSettings(Duration.ofMinutes(1), 1, 64 << 10);
        Approvals small = new Approvals(clock.eventLoop(), settings, disk(), () -> "", () -> now);
        assertThat(small.refusal(64 << 10)).isNull();
        assertThat(small.refusal((64 << 10) + 1)).contains("--approval-bytes");

        PendingCall call = small.open(approval(), TURN, owner);
        assertThat(small.refusal(1)).contains("--max-approvals");
        call.forget();

        assertThat(small.refusal(64 << 10)).isNull();
        small.close();
    }
}
