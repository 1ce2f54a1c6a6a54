package dev.culvert.daemon.enrol;

import static dev.culvert.daemon.enrol.TestGate.register;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.ClonePolicy;
import dev.culvert.daemon.enrol.EnrolObserver.Copy;
import dev.culvert.daemon.enrol.Enrolment.State;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Joining;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Registered;
import dev.culvert.identity.SigningKey;
import dev.culvert.io.StoppingException;
import dev.culvert.testing.CapturedLog;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The host's side of joining.md. */
class HandshakeTest {
    private final SigningKey key = SigningKey.make();
    private final TestGate daemon;

    HandshakeTest() throws IOException {
        daemon = new TestGate();
    }

    private TestGuest enrolled() throws Exception {
        TestGuest guest = new TestGuest(daemon, key);
        guest.sends(register(daemon.token("web"), key, "").frame()).proves().registered();
        return guest;
    }

    private AgentIdentity identity(String agentId) {
        return requireNonNull(daemon.identities.valid(agentId));
    }

    private Desired desired(String agentId) {
        return requireNonNull(requireNonNull(daemon.fleet.find(agentId)).desired());
    }

    private TestGuest known(SigningKey with) {
        return new TestGuest(daemon, with).says("web");
    }

    @Test
    void aTokenMakesAnAgent() throws Exception {
        TestGuest guest = new TestGuest(daemon, key);

        guest.sends(register(daemon.token("web"), key, "").frame());
        Registered registered = guest.proves().registered();

        assertThat(registered).isEqualTo(new Registered("web", "acme", ""));
        assertThat(daemon.admitted).extracting(Agent::id).containsExactly("web");
        assertThat(daemon.fleet.find("web")).matches(it -> it.tenant().equals("acme"));
        AgentIdentity identity = identity("web");
        assertThat(identity.keys().present()).isEqualTo(key.open());
        assertThat(identity.joins()).isEqualTo(1);
        assertThat(daemon.enrolments.all())
                .allMatch(it -> daemon.enrolments.state(it) == State.USED);
    }

    /** Of a daemon that cannot write any more. */
    private record Unwritable(IOException why) implements IdentityStore {
        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public List<AgentIdentity> read() {
            return List.of();
        }

        @Override
        public void save(AgentIdentity identity) throws IOException {
            throw why;
        }

        @Override
        public void delete(String agentId) throws IOException {
            throw why;
        }
    }

    private String log(IOException trouble) throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            TestGate stuck = new TestGate(new Unwritable(trouble));
            TestGuest guest = new TestGuest(stuck, key);
            guest.sends(register(stuck.token("web"), key, "").frame()).proves();
            assertThat(guest.refused().retryAfter()).isEqualTo(5);
            return log.text();
        }
    }

    @Test
    void aDiskThatFailsIsToldToTheOperatorAndTheEndOfTheDaemonIsNot() throws Exception {
        assertThat(log(new IOException("no space left")))
                .contains("because of state_dir: no space");
        assertThat(log(new StoppingException("the daemon stops"))).doesNotContain("ERROR");
    }

    @Test
    void afterThatTheKeyIsEnough() throws Exception {
        TestGuest first = enrolled();
        first.channel.close();

        Registered registered = first.again(daemon).says("web").proves().registered();

        assertThat(registered.agentId()).isEqualTo("web");
        assertThat(daemon.copies).isEmpty();
        assertThat(daemon.admitted).hasSize(2);
    }

    @Test
    void framesOfTheLinkPassOnlyAfterTheProof() throws Exception {
        TestGuest guest = enrolled();

        guest.sends(new Frame(FrameType.HEARTBEAT, "", Unpooled.copiedBuffer("{}", UTF_8)));

        Frame passed = guest.channel.readInbound();
        assertThat(passed.type()).isEqualTo(FrameType.HEARTBEAT);
        passed.release();
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void nothingElseComesFirst(FrameType type) throws Exception {
        if (type == FrameType.HELLO || type == FrameType.REGISTER) {
            return;
        }
        TestGuest guest = new TestGuest(daemon, key);
        Frame frame = new Frame(type, "1", Unpooled.copiedBuffer("{}", UTF_8));

        guest.sends(frame);

        assertThat(guest.refusal()).isEqualTo("invalid");
        assertThat(frame.refCnt()).isZero();
        assertThat(guest.channel.<Object>readInbound()).isNull();
    }

    @Test
    void nothingElseComesInsteadOfTheProof() throws Exception {
        TestGuest guest = new TestGuest(daemon, key);
        guest.sends(register(daemon.token("web"), key, "").frame());
        guest.challenge();

        guest.sends(new Frame(FrameType.HEARTBEAT, "", Unpooled.copiedBuffer("{}", UTF_8)));

        assertThat(guest.refusal()).isEqualTo("invalid");
        assertThat(daemon.fleet.find("web")).isNull();
    }

    @Test
    void aPayloadThatBreaksItsSchemaIsRefused() throws Exception {
        TestGuest guest = new TestGuest(daemon, key);

        guest.sends(new Frame(FrameType.HELLO, "", Unpooled.copiedBuffer("{}", UTF_8)));

        assertThat(guest.refused().message()).contains("a 'hello' needs 'agent_id'");
    }

    @Test
    void aGuestThatSaysNothingIsCutAfterTenSeconds() throws Exception {
        TestGuest guest = new TestGuest(daemon, key);

        guest.waits(9);
        assertThat(guest.channel.isOpen()).isTrue();
        guest.waits(1);

        assertThat(guest.refusal()).isEqualTo("too_slow");
    }

    @Test
    void aTokenIsForOneGuest() throws Exception {
        String token = daemon.token("web");
        new TestGuest(daemon, key).sends(register(token, key, "").frame()).proves().registered();
        SigningKey other = SigningKey.make();

        TestGuest second = new TestGuest(daemon, other).sends(register(token, other, "").frame());

        assertThat(second.refused().message()).contains("was used by another guest");
    }

    @Test
    void aTokenOfNobodyIsRefused() throws Exception {
        String token = daemon.token("web");
        String wrong = token.substring(0, token.length() - 1) + (token.endsWith("A") ? "B" : "A");

        for (String bad : new String[] {wrong, "cvj_000000000000_x", "cvj_", "x"}) {
            TestGuest guest = new TestGuest(daemon, key).sends(register(bad, key, "").frame());
            assertThat(guest.refusal()).isEqualTo("bad_token");
        }
    }

    @Test
    void aTokenExpires() throws Exception {
        String token = daemon.token("web");
        daemon.now = daemon.now.plus(Enrolments.TTL);

        TestGuest guest = new TestGuest(daemon, key).sends(register(token, key, "").frame());

        assertThat(guest.refused().message()).contains("has expired");
    }

    @Test
    void aBoundTokenIsForItsNameOnly() throws Exception {
        TestGuest guest = new TestGuest(daemon, key);

        guest.sends(register(daemon.token("web"), key, "db").frame());

        assertThat(guest.refused().message()).contains("is for another name");
    }

    @Test
    void aTokenWithoutANameLetsTheGuestChoose() throws Exception {
        TestGuest nameless = new TestGuest(daemon, key);
        nameless.sends(register(daemon.token(""), key, "").frame());
        assertThat(nameless.refused().message()).contains("--name");

        TestGuest named = new TestGuest(daemon, key);
        named.sends(register(daemon.token(""), key, "build-7").frame());
        assertThat(named.proves().registered().agentId()).isEqualTo("build-7");
    }

    @Test
    void aNameIsTakenOnce() throws Exception {
        enrolled();
        SigningKey other = SigningKey.make();

        TestGuest second =
                new TestGuest(daemon, other)
                        .sends(register(daemon.token(""), other, "web").frame());

        assertThat(second.refusal()).isEqualTo("name_taken");
    }

    @Test
    void aFullFleetTakesNobody() throws Exception {
        for (int i = 0; i < 5; i++) {
            SigningKey next = SigningKey.make();
            TestGuest guest = new TestGuest(daemon, next);
            guest.sends(register(daemon.token(""), next, "a" + i).frame());
            guest.proves().registered();
            daemon.enrolments.delete(daemon.enrolments.all().iterator().next().id());
        }

        TestGuest sixth = new TestGuest(daemon, key);
        sixth.sends(register(daemon.token(""), key, "a5").frame()).proves();

        assertThat(sixth.refused().message()).contains("fleet.max_agents");
        assertThat(daemon.identities.find("a5")).isNull();
    }

    @Test
    void whoHasAnotherKeyIsNotTheAgent() throws Exception {
        enrolled().channel.close();

        TestGuest thief = known(SigningKey.make()).proves();

        assertThat(thief.refusal()).isEqualTo("bad_proof");
        assertThat(daemon.admitted).hasSize(1);
    }

    @Test
    void aProofIsForOneChallenge() throws Exception {
        enrolled().channel.close();
        TestGuest guest = known(key);
        Challenge challenge = guest.challenge();
        Frame proof = Proof.of(challenge, new Joining(2, "i1", ""), key, null).frame();
        guest.sends(proof.retain()).registered();
        guest.channel.close();

        TestGuest replay = known(key);
        replay.challenge();
        replay.sends(proof);

        assertThat(replay.refusal()).isEqualTo("bad_proof");
    }

    @Test
    void anAgentOfNobodyIsUnknown() throws Exception {
        assertThat(known(key).refusal()).isEqualTo("unknown_agent");
    }

    @Test
    void wrongTokensAreLookedAtTenTimesAMinute() throws Exception {
        for (int i = 0; i < FailedJoins.MOST; i++) {
            new TestGuest(daemon, key).sends(register("cvj_x", key, "").frame()).refused();
        }
        String right = daemon.token("web");

        TestGuest more = new TestGuest(daemon, key).sends(register(right, key, "").frame());
        assertThat(more.refused().retryAfter()).isBetween(1L, 61L);
        daemon.now = daemon.now.plus(FailedJoins.WINDOW);
        TestGuest later = new TestGuest(daemon, key).sends(register(right, key, "").frame());

        assertThat(later.proves().registered().agentId()).isEqualTo("web");
    }

    @Test
    void whereTooMuchWaitsTheGuestComesAgain() throws Exception {
        String token = daemon.token("web");
        daemon.busy = true;

        TestGuest guest = new TestGuest(daemon, key).sends(register(token, key, "").frame());

        assertThat(guest.refused().retryAfter()).isEqualTo(5);
        assertThat(daemon.refused).containsEntry(Refusal.OVERLOADED, 1);
    }

    // What a crash between two steps leaves, and that the next attempt mends it.

    @Test
    void theHostCrashesBeforeTheChallengeArrives() throws Exception {
        String token = daemon.token("web");
        new TestGuest(daemon, key).sends(register(token, key, "").frame());

        TestGate after = daemon.restarted();
        TestGuest again = new TestGuest(after, key).sends(register(token, key, "").frame());

        assertThat(again.proves().registered().agentId()).isEqualTo("web");
    }

    @Test
    void theGuestCrashesBeforeItWritesItsIdentityAndTheTokenExpires() throws Exception {
        String token = daemon.token("web");
        new TestGuest(daemon, key).sends(register(token, key, "").frame()).channel.close();
        daemon.now = daemon.now.plus(Duration.ofHours(2));

        TestGuest again = new TestGuest(daemon, key).sends(register(token, key, "").frame());

        assertThat(again.proves().registered().agentId()).isEqualTo("web");
    }

    @Test
    void theGuestCrashesAfterItHasWrittenItsIdentity() throws Exception {
        String token = daemon.token("web");
        new TestGuest(daemon, key).sends(register(token, key, "").frame()).channel.close();

        TestGuest again = new TestGuest(daemon.restarted(), key).says("web");

        assertThat(again.proves().registered().agentId()).isEqualTo("web");
    }

    @Test
    void theHostCrashesBeforeTheGuestKnowsThatItIsRegistered() throws Exception {
        String token = daemon.token("web");
        new TestGuest(daemon, key).sends(register(token, key, "").frame()).proves();

        TestGate after = daemon.restarted();
        assertThat(after.fleet.find("web")).isNotNull();
        TestGuest byKey = new TestGuest(after, key).says("web");
        byKey.counter = 1;
        assertThat(byKey.proves().registered().agentId()).isEqualTo("web");
        byKey.channel.close();
        TestGuest byToken = new TestGuest(after, key).sends(register(token, key, "").frame());
        byToken.counter = 2;
        assertThat(byToken.proves().registered().agentId()).isEqualTo("web");
        assertThat(after.identities.count()).isEqualTo(1);
    }

    @Test
    void aDaemonThatForgotItsAgentsTakesAnotherToken() throws Exception {
        enrolled();
        TestGate fresh = new TestGate();
        assertThat(new TestGuest(fresh, key).says("web").refusal()).isEqualTo("unknown_agent");

        TestGuest again =
                new TestGuest(fresh, key).sends(register(fresh.token("web"), key, "").frame());

        assertThat(again.proves().registered().agentId()).isEqualTo("web");
    }

    // Revoking.

    @Test
    void aRevokedIdentityIsOverAlsoWithItsToken() throws Exception {
        String token = daemon.token("web");
        new TestGuest(daemon, key).sends(register(token, key, "").frame()).proves().registered();
        daemon.guests.revoke("web", "anna");

        assertThat(known(key).refusal()).isEqualTo("revoked");
        TestGuest withToken = new TestGuest(daemon, key).sends(register(token, key, "").frame());
        assertThat(withToken.refused().message()).contains("is over");
        TestGuest anew =
                new TestGuest(daemon, key).sends(register(daemon.token("web"), key, "").frame());
        assertThat(anew.proves().registered().agentId()).isEqualTo("web");
    }

    // New keys.

    @Test
    void aLiveGuestGetsAnotherKey() throws Exception {
        TestGuest guest = enrolled();
        SigningKey next = SigningKey.make();
        AtomicReference<String> trouble = new AtomicReference<>("nobody said");

        handshake(guest).rotate(trouble::set);
        guest.answers(next).registered();

        assertThat(trouble).hasNullValue();
        assertThat(daemon.rotated).isEqualTo(1);
        guest.channel.close();
        assertThat(proof(next, null)).isEqualTo("registered");
        assertThat(proof(key, null)).isEqualTo("refused");
    }

    @Test
    void theFormerKeyIsGoodUntilTheNewOneIsSeen() throws Exception {
        TestGuest guest = enrolled();
        SigningKey next = SigningKey.make();
        handshake(guest).rotate(_ -> {});
        guest.answers(next);
        guest.channel.close(); // before it has seen 'registered'

        assertThat(proof(key, next)).isEqualTo("registered");
        assertThat(proof(key, next)).isEqualTo("registered");
        assertThat(daemon.rotated).isEqualTo(1);
        assertThat(proof(next, null)).isEqualTo("registered");
        assertThat(proof(key, next)).isEqualTo("refused");
    }

    @Test
    void aKeyThatTheHostNeverSawIsTakenAtTheNextLink() throws Exception {
        enrolled().channel.close();
        SigningKey next = SigningKey.make();

        assertThat(proof(key, next)).isEqualTo("registered");
        assertThat(proof(next, null)).isEqualTo("registered");
    }

    private String proof(SigningKey with, @Nullable SigningKey next) throws BadHandshakeException {
        TestGuest guest = known(with);
        AgentIdentity identity = daemon.identities.valid("web");
        guest.counter = (identity == null ? 0 : identity.joins()) + 1;
        guest.answers(next);
        Frame answer = guest.channel.readOutbound();
        guest.channel.close();
        return answer.type().wireName();
    }

    @Test
    void aGuestThatDoesNotAnswerKeepsItsKey() throws Exception {
        TestGuest guest = enrolled();
        AtomicReference<String> trouble = new AtomicReference<>();

        handshake(guest).rotate(trouble::set);
        guest.waits(LiveGuest.ANSWER_SECONDS);

        assertThat(trouble).hasValue("the guest does not answer");
        assertThat(guest.channel.isOpen()).isTrue();
    }

    @Test
    void aKeyIsReplacedByItselfAtTwoThirdsOfItsLifetime() throws Exception {
        daemon.lifetime = Optional.of(Duration.ofHours(100));
        TestGuest guest = enrolled();
        SigningKey next = SigningKey.make();

        daemon.now = daemon.now.plus(Duration.ofHours(67));
        guest.waits(Duration.ofHours(67).toSeconds() - 1);
        assertThat(guest.channel.<Object>readOutbound()).isNull();
        guest.waits(1);
        guest.answers(next).registered();

        assertThat(daemon.rotated).isEqualTo(1);
        assertThat(daemon.gate.registry().due("web")).hasValue(Duration.ofHours(67));
    }

    @Test
    void aKeyThatIsDueIsReplacedWhenItsGuestComesBack() throws Exception {
        daemon.lifetime = Optional.of(Duration.ofHours(100));
        enrolled().channel.close();
        daemon.now = daemon.now.plus(Duration.ofHours(80));
        TestGuest guest = known(key);
        guest.counter = 1;
        guest.proves();
        SigningKey next = SigningKey.make();

        guest.answers(next).registered();

        assertThat(identity("web").keys().present()).isEqualTo(next.open());
        assertThat(daemon.copies).isEmpty();
    }

    @Test
    void aKeyThatIsTooOldIsRefused() throws Exception {
        daemon.lifetime = Optional.of(Duration.ofHours(100));
        enrolled().channel.close();
        daemon.now = daemon.now.plus(Duration.ofHours(101));

        assertThat(known(key).refusal()).isEqualTo("expired");
    }

    // Copies.

    /** The second guest has said who it is; now the host asks the first one. */
    private TestGuest copy(TestGuest first) throws BadHandshakeException {
        TestGuest second = first.again(daemon);
        second.instance = "i2";
        return second.says("web").proves();
    }

    @Test
    void aSecondGuestTakesThePlaceOfTheFirst() throws Exception {
        TestGuest first = enrolled();
        TestGuest second = copy(first);

        first.answers(null);
        second.registered();

        assertThat(first.refusal()).isEqualTo("superseded");
        assertThat(daemon.copies).containsExactly(Copy.SUPERSEDED);
    }

    @Test
    void aSecondGuestIsRefused() throws Exception {
        daemon.policy = ClonePolicy.REJECT;
        TestGuest first = enrolled();
        TestGuest second = copy(first);

        first.answers(null);

        assertThat(second.refusal()).isEqualTo("duplicate");
        assertThat(first.channel.isOpen()).isTrue();
        assertThat(daemon.copies).containsExactly(Copy.REJECTED);
    }

    @Test
    void aSecondGuestBecomesAChild() throws Exception {
        daemon.policy = ClonePolicy.FORK_AS_CHILD;
        TestGuest first = enrolled();
        Agent parent = requireNonNull(daemon.fleet.find("web"));
        daemon.fleet.desire(parent, "{\"config\":{},\"tool_allowlist\":[\"a\"]}");
        TestGuest second = copy(first);
        first.answers(null);
        SigningKey own = SigningKey.make();

        Registered registered = second.answers(own).registered();

        String child = registered.agentId();
        assertThat(child).matches("web-[0-9a-f]{12}");
        assertThat(registered.parent()).isEqualTo("web");
        assertThat(first.channel.isOpen()).isTrue();
        assertThat(daemon.copies).containsExactly(Copy.FORKED);
        assertThat(identity(child).parent()).isEqualTo("web");
        assertThat(identity(child).keys().present()).isEqualTo(own.open());
        assertThat(desired(child).payload()).contains("[\"a\"]");
        assertThat(desired(child)).isNotSameAs(parent.desired());
        second.channel.close();
        TestGuest asChild = new TestGuest(daemon, own).says(child);
        asChild.counter = 2;
        assertThat(asChild.proves().registered().agentId()).isEqualTo(child);
    }

    @Test
    void aChildNeedsAKeyOfItsOwn() throws Exception {
        daemon.policy = ClonePolicy.FORK_AS_CHILD;
        TestGuest first = enrolled();
        TestGuest second = copy(first);
        first.answers(null);

        second.answers(null);

        assertThat(second.refusal()).isEqualTo("bad_proof");
    }

    @ParameterizedTest
    @EnumSource(ClonePolicy.class)
    void aLinkOnWhichNobodyAnswersIsReplaced(ClonePolicy policy) throws Exception {
        daemon.policy = policy;
        TestGuest first = enrolled();
        TestGuest second = copy(first);

        first.waits(LiveGuest.ANSWER_SECONDS);
        second.registered();

        assertThat(daemon.copies).isEmpty();
        assertThat(daemon.gate.live().count()).isEqualTo(1);
    }

    @Test
    void aGuestThatWasRestoredIsNoticed() throws Exception {
        TestGuest first = enrolled();
        first.channel.close();
        TestGuest restored = first.again(daemon);
        restored.counter = 0;

        restored.says("web").proves().registered();

        assertThat(daemon.copies).containsExactly(Copy.RESTORED);
    }

    /** As two that are restored from one snapshot at the same moment do. */
    @Test
    void ofTwoThatJoinAtOnceTheLaterOneIsTheSecond() throws Exception {
        TestGuest before = enrolled();
        before.channel.close();
        TestGuest first = before.again(daemon);
        TestGuest second = before.again(daemon);
        daemon.hold();
        first.says("web").proves();
        second.says("web").proves();

        daemon.runNext(); // checks the proof of the first
        first.channel.runPendingTasks();
        daemon.runNext(); // and that of the second
        second.channel.runPendingTasks();
        assertThat(daemon.copies).isEmpty();
        daemon.runNext(); // makes the first the agent
        first.registered();
        first.answers(null);
        daemon.runNext(); // checks that it is still there
        first.channel.runPendingTasks();
        second.channel.runPendingTasks();

        assertThat(first.refusal()).isEqualTo("superseded");
        daemon.runNext();
        second.registered();
        assertThat(daemon.copies).contains(Copy.SUPERSEDED);
        assertThat(daemon.gate.live().count()).isEqualTo(1);
    }

    @Test
    void ofTwoThatJoinAtOnceTheOtherOneJoinsIfTheFirstLeaves() throws Exception {
        TestGuest before = enrolled();
        before.channel.close();
        TestGuest first = before.again(daemon);
        TestGuest second = before.again(daemon);
        daemon.hold();
        first.says("web").proves();
        second.says("web").proves();
        daemon.runNext();
        first.channel.runPendingTasks();
        daemon.runNext();
        second.channel.runPendingTasks();

        first.channel.close();
        second.channel.runPendingTasks();
        daemon.runNext(); // it is too late for the first
        daemon.runNext();

        second.registered();
        assertThat(daemon.copies).doesNotContain(Copy.SUPERSEDED);
        assertThat(daemon.gate.live().count()).isEqualTo(1);
    }

    @Test
    void aGuestOfAnotherGenerationIsNoticed() throws Exception {
        TestGuest first = new TestGuest(daemon, SigningKey.make());
        first.generation = "g1";
        first.sends(TestGate.register(daemon.token("web"), first.key, "").frame());
        first.proves().registered();
        first.channel.close();
        TestGuest restored = first.again(daemon);
        restored.generation = "g2";

        restored.says("web").proves().registered();

        assertThat(daemon.copies).containsExactly(Copy.RESTORED);
    }

    private Handshake handshake(TestGuest guest) {
        return guest.channel.pipeline().get(Handshake.class);
    }
}
