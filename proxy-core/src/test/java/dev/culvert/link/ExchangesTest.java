package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.frame;
import static dev.culvert.link.EmbeddedLink.message;
import static dev.culvert.link.EmbeddedLink.write;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangesTest {
    private final CountingObserver observer = new CountingObserver();
    private final ScriptedListener listener = new ScriptedListener();

    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final EmbeddedChannel channel = agent.channel();
    private final AgentLink link = agent.link();

    @AfterEach
    void close() {
        agent.close();
    }

    @Test
    void sendsTheRequestAsAFrame() {
        link.open(message("m1", "{\"content\":\"hi\"}"), listener, A_MINUTE);

        assertThat(agent.sent())
                .isEqualTo("{\"type\":\"message\",\"id\":\"m1\",\"payload\":{\"content\":\"hi\"}}");
    }

    @Test
    void tellsEachChunkAndThenTheEnd() {
        Exchange exchange = link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive("chunk", "m1", "{\"content\":\"a\",\"done\":false}");
        agent.receive("chunk", "m1", "{\"content\":\"it is true\",\"done\":false}");
        assertThat(exchange.isOpen()).isTrue();
        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");

        assertThat(listener.replies())
                .containsExactly(
                        "{\"content\":\"a\",\"done\":false}",
                        "{\"content\":\"it is true\",\"done\":false}",
                        "{\"content\":\"\",\"done\":true}");
        assertThat(listener.ends()).containsExactly("done");
        assertThat(exchange.isOpen()).isFalse();
        assertThat(link.inFlight()).isZero();
        assertThat(observer.count("ended done")).isEqualTo(1);
    }

    @Test
    void keepsTheRepliesOfManyExchangesApart() {
        ScriptedListener other = new ScriptedListener();
        link.open(message("m1", "{}"), listener, A_MINUTE);
        link.open(message("m2", "{}"), other, A_MINUTE);

        agent.receive("chunk", "m2", "{\"content\":\"two\",\"done\":true}");
        agent.receive("chunk", "m1", "{\"content\":\"one\",\"done\":true}");

        assertThat(listener.replies()).containsExactly("{\"content\":\"one\",\"done\":true}");
        assertThat(other.replies()).containsExactly("{\"content\":\"two\",\"done\":true}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "message",
                "context_update",
                "config_update",
                "ping",
                "resume",
                "cancel",
                "credit",
                "not_known"
            })
    void bothSidesMayUseTheSameIdAtOnce(String request) {
        agent.receive(request, "m1", "{}");
        Exchange exchange = link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.receive("chunk", "m1", "{\"content\":\"a\",\"done\":false}");

        agent.receive(request, "m1", "{\"content\":\"theirs\",\"done\":true}");

        assertThat(exchange.isOpen()).isTrue();
        assertThat(observer.count("late " + request)).isZero();
        agent.receive("chunk", "m1", "{\"content\":\"b\",\"done\":true}");
        assertThat(listener.replies())
                .containsExactly(
                        "{\"content\":\"a\",\"done\":false}", "{\"content\":\"b\",\"done\":true}");
        assertThat(listener.ends()).containsExactly("done");
        agent.receive(request, "m1", "{}");
        assertThat(link.isOpen()).isTrue();
        assertThat(observer.count("late " + request)).isZero();
    }

    @Test
    void aRequestOfTheAgentsIsNoWordOnTheExchangeOfTheSameId() {
        link.open(message("m1", "{}"), listener, Patience.ofSilence(Duration.ofSeconds(2)));
        agent.advance(Duration.ofMillis(1_500));

        agent.receive("ping", "m1", "{}");
        agent.advance(Duration.ofSeconds(1));

        assertThat(listener.failure())
                .isEqualTo(new Failure.TimedOut(Duration.ofSeconds(2), false));
    }

    @Test
    void aBlockedToolIsAFailureThatNamesIt() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive(
                "tool_blocked", "m1", "{\"tool_name\":\"rm\",\"reason\":\"not on the list\"}");

        assertThat(listener.failure()).isEqualTo(new Failure.ToolBlocked("rm", "not on the list"));
        assertThat(listener.replies()).isEmpty();
    }

    @Test
    void anErrorIsAFailureWithTheAgentsCodeAndMessage() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive("error", "m1", "{\"code\":\"runtime_error\",\"message\":\"status 500\"}");

        assertThat(listener.failure())
                .isEqualTo(new Failure.AgentError("runtime_error", "status 500"));
    }

    @Test
    void anErrorBringsTheRuntimesStatusAndWhenToTryAgain() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive(
                "error",
                "m1",
                "{\"code\":\"runtime_error\",\"message\":\"busy\",\"status\":429,\"retry_after\":7}");

        assertThat(listener.failure())
                .isEqualTo(new Failure.AgentError("runtime_error", "busy", 0, 429, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "-7", "7.5", "7e3", "null", "{\"s\":7}", "12345678901"})
    void aStatusOrAPauseThatIsNoWholeNumberIsPassedOver(String value) {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive(
                "error",
                "m1",
                "{\"code\":\"x\",\"message\":\"y\",\"status\":"
                        + value
                        + ",\"retry_after\":"
                        + value
                        + "}");

        assertThat(listener.failure()).isEqualTo(new Failure.AgentError("x", "y"));
    }

    @Test
    void anErrorWithoutMembersIsStillAFailure() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive("error", "m1", "\"what?\"");

        assertThat(listener.failure()).isInstanceOf(Failure.AgentError.class);
    }

    @Test
    void anAnswerOfTheWrongTypeIsNoAnswer() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive("config_ack", "m1", "{\"applied\":true}");

        assertThat(listener.failure().message())
                .contains("a 'config_ack', which does not answer a 'message'");
    }

    @Test
    void anAcknowledgementThatDoesNotSayAppliedIsAFailure() {
        link.open(frame(FrameType.CONFIG_UPDATE, "c1", "{}"), listener, A_MINUTE);

        agent.receive("config_ack", "c1", "{\"applied\":false}");

        assertThat(listener.failure().message()).contains("applied");
    }

    @Test
    void aPongEndsAPing() {
        link.open(frame(FrameType.PING, "p1", "{}"), listener, A_MINUTE);

        agent.receive("pong", "p1", "{}");

        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void aHeartbeatIsNeverTakenForAnAnswer() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive(
                "heartbeat", "m1", "{\"status\":\"running\",\"uptime_secs\":3,\"done\":true}");

        assertThat(listener.replies()).isEmpty();
        assertThat(listener.ends()).isEmpty();
        assertThat(link.heartbeat().uptimeSeconds()).isEqualTo(3);
        assertThat(observer.count("heartbeat running")).isEqualTo(1);
    }

    @Test
    void readsWhatAnExtendedPeerAnnounces() {
        agent.receive(
                "heartbeat",
                "",
                "{\"status\":\"ready\",\"uptime_secs\":1.5,\"protocol\":\"1.1\",\"features\":[\"cancel\",7,[\"x\"]],"
                        + "\"instance\":\"i-1\",\"kept\":[\"i-0\",7,[\"x\"]],\"agent_version\":\"0.1.0\",\"in_flight\":2,"
                        + "\"runtime_kind\":\"anthropic\",\"runtime_error\":\"no\\nbody\",\"more\":{},"
                        + "\"policy\":\"sha256:1\",\"policies\":[7,{\"level\":\"host\",\"version\":\"sha256:2\",\"x\":[{}]},{\"level\":1}],\"tools\":{\"openat2\":true,\"paths\":\"openat2\",\"landlock\":6,\"x\":[1],"
                        + "\"seccomp\":true,\"commands\":\"confined\"}}");

        assertThat(link.heartbeat())
                .isEqualTo(
                        new Heartbeat(
                                "ready",
                                1,
                                "1.1",
                                Set.of(Feature.CANCEL),
                                "i-1",
                                List.of("i-0"),
                                "0.1.0",
                                2,
                                "anthropic",
                                "no\\nbody",
                                "sha256:1",
                                List.of(
                                        new PolicyLayer("host", "sha256:2"),
                                        new PolicyLayer("", "")),
                                new ToolFacts(true, "openat2", 6, true, "confined")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "[{\"openat2\":true}]",
                "{\"openat2\":{\"openat2\":true},\"paths\":[1],\"landlock\":\"6\",\"seccomp\":1,\"commands\":[]}",
                "{\"landlock\":-9e99}"
            })
    void ignoresWhatAPeerSaysOfItsToolsInAnotherForm(String tools) {
        agent.receive(
                "heartbeat",
                "",
                "{\"status\":\"ready\",\"tools\":%s,\"instance\":\"i\"}".formatted(tools));

        assertThat(link.heartbeat().instance()).isEqualTo("i");
        assertThat(link.heartbeat().tools()).isIn(null, new ToolFacts(false, "", 0, false, ""));
    }

    @Test
    void readsOnlySoManyFeatures() {
        String many = "\"x\",".repeat(HeartbeatReader.MOST_FEATURES - 1);

        agent.receive(
                "heartbeat",
                "",
                "{\"status\":\"a\",\"features\":[%s\"resume\",\"cancel\"],\"instance\":\"i\"}"
                        .formatted(many));

        Heartbeat said = link.heartbeat();
        assertThat(said.status()).isEqualTo("a");
        assertThat(said.features()).containsExactly(Feature.RESUME);
        assertThat(said.instance()).isEmpty();
    }

    @Test
    void ofAHeartbeatOnlyWhatIsKnownIsKeptAndTextsAreCut() {
        String unknown =
                IntStream.range(0, 900).mapToObj(i -> "\"f" + i + "\"").collect(joining(","));
        String thai = "\u0e01".repeat(100);

        agent.receive(
                "heartbeat",
                "",
                "{\"status\":\"%s\",\"features\":[%s,\"resume\"],\"protocol\":\"%s\",\"instance\":\"%s\",\"agent_version\":\"%s\"}"
                        .formatted(
                                "s".repeat(1_000),
                                unknown,
                                "1." + "1".repeat(127),
                                thai,
                                "v".repeat(128)));

        Heartbeat said = link.heartbeat();
        assertThat(said.features()).containsExactly(Feature.RESUME);
        assertThat(said.status()).hasSize(128).endsWith("s… (1000 characters)");
        assertThat(said.protocol()).hasSize(128).endsWith("1… (129 characters)");
        assertThat(said.instance()).isEqualTo(thai);
        assertThat(said.agentVersion()).isEqualTo("v".repeat(128));
    }

    @Test
    void anUnknownTypeIsCountedAndIgnored() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive("weather", "m1", "{}");

        assertThat(observer.count("unknown type")).isEqualTo(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aReplyAfterTheEndIsCountedAndDropped() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");

        agent.receive("chunk", "m1", "{\"content\":\"more\",\"done\":false}");

        assertThat(listener.replies()).hasSize(1);
        assertThat(observer.count("late chunk")).isEqualTo(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aReplyToAnIdNeverIssuedClosesTheLinkAndFailsItsExchanges() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.receive("chunk", "m2", "{\"content\":\"\",\"done\":true}");

        assertThat(channel.isOpen()).isFalse();
        assertThat(listener.failure()).isInstanceOf(Failure.LinkLost.class);
        assertThat(listener.failure().message()).contains("never issued");
    }

    @Test
    void aComplaintAboutTheLinkNeitherClosesItNorCountsAsALateReply() {
        agent.receive(
                "error", "", "{\"code\":\"internal\",\"message\":\"a complaint, on purpose\"}");

        assertThat(channel.isOpen()).isTrue();
        assertThat(observer.count("late error")).isZero();
    }

    @Test
    void aReplyWithoutAnIdClosesTheLink() {
        agent.receive("chunk", "", "{\"content\":\"\",\"done\":true}");

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void anAgentThatMixesUpItsAnswersMayGoOnAboutTheFirstForLong() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.receive("pong", "m1", "{}");
        for (int i = 0; i < 1_000; i++) {
            link.open(frame(FrameType.PING, "p" + i, "{}"), new ScriptedListener(), A_MINUTE);
            agent.receive("pong", "p" + i, "{}");
        }

        agent.receive("chunk", "m1", "{\"content\":\"still here\",\"done\":false}");

        assertThat(channel.isOpen()).isTrue();
        assertThat(observer.count("late chunk")).isEqualTo(1);
    }

    @Test
    void anAgentThatKnowsCancelIsToldThatItsMixedUpAnswerWasTheLast() {
        agent.receive("heartbeat", "", "{\"status\":\"ready\",\"features\":[\"cancel\"]}");
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.receive("pong", "m1", "{}");

        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
    }

    @Test
    void aCancelledExchangeTellsNothingMore() {
        Exchange exchange = link.open(message("m1", "{}"), listener, A_MINUTE);

        exchange.cancel();
        exchange.cancel();
        agent.receive("chunk", "m1", "{\"content\":\"late\",\"done\":false}");

        assertThat(listener.replies()).isEmpty();
        assertThat(listener.ends()).isEmpty();
        assertThat(observer.count("ended cancelled")).isEqualTo(1);
    }

    @Test
    void aBasePeerIsNotSentACancelItWouldNotKnow() {
        link.open(message("m1", "{}"), listener, A_MINUTE).cancel();

        assertThat(agent.sent()).contains("\"type\":\"message\"");
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void aPeerThatAnnouncesCancelIsSentOne() {
        agent.receive("heartbeat", "", "{\"status\":\"ready\",\"features\":[\"cancel\"]}");
        Exchange exchange = link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        exchange.cancel();

        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
    }

    /** The agent may be about to say that it understands. */
    @Test
    void aTurnThatIsCancelledBeforeTheFirstHeartbeatIsSoAfterIt() {
        link.open(message("m1", "{}"), listener, A_MINUTE).cancel();
        link.open(message("m2", "{}"), listener, A_MINUTE).cancel();
        link.open(message("m3", "{}"), listener, A_MINUTE).detach();
        link.open(message("m4", "{}"), listener, A_MINUTE);
        for (int i = 0; i < 4; i++) {
            assertThat(agent.sent()).contains("\"type\":\"message\"");
        }
        assertThat(agent.sent()).isEmpty();
        agent.receive("chunk", "m2", "{\"content\":\"it has ended\",\"done\":true}");

        agent.announce("cancel");

        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"m1\"}");
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void whatWaitsForTheFirstHeartbeatIsBounded() {
        for (int i = 0; i < 2_000; i++) {
            link.open(message("m" + i, "{}"), listener, A_MINUTE).cancel();
            agent.sent();
        }
        agent.announce("cancel");
        int cancels = 0;
        for (String sent = agent.sent(); !sent.isEmpty(); sent = agent.sent()) {
            cancels += sent.split("\"type\":\"cancel\"", -1).length - 1;
        }
        assertThat(cancels).isEqualTo(1_024);
    }

    @Test
    void anAbandonedIdIsRememberedUntilTheAgentEndsItHoweverManyFollow() {
        link.open(message("old", "{}"), listener, A_MINUTE).cancel();
        for (int i = 0; i < 1_000; i++) {
            link.open(frame(FrameType.PING, "p" + i, "{}"), new ScriptedListener(), A_MINUTE);
            agent.receive("pong", "p" + i, "{}");
        }

        agent.receive("chunk", "old", "{\"content\":\"still here\",\"done\":false}");

        assertThat(channel.isOpen()).isTrue();
        assertThat(observer.count("late chunk")).isEqualTo(1);
    }

    @Test
    void silenceTimesOut() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.advance(Duration.ofSeconds(59));
        assertThat(listener.ends()).isEmpty();
        agent.advance(Duration.ofSeconds(2));

        assertThat(listener.failure()).isEqualTo(new Failure.TimedOut(A_MINUTE.silence(), false));
        assertThat(listener.failure().message()).isEqualTo("the agent sent nothing for 60.0 s");
        assertThat(link.inFlight()).isZero();
    }

    @Test
    void aTurnThatWaitsForAnApprovalMayBeSilent() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.receive("approval", "m1", 1, "{\"call_id\":\"c1\"}");

        agent.advance(Duration.ofMinutes(30));
        assertThat(listener.ends()).isEmpty();
        agent.receive("tool_result", "m1", 2, "{\"call_id\":\"c1\"}");
        agent.advance(Duration.ofSeconds(62));

        assertThat(listener.failure()).isInstanceOf(Failure.TimedOut.class);
        assertThat(listener.replies()).hasSize(2);
    }

    @Test
    void aTurnThatIsResumedAfterItsApprovalIsToldOfItOnceMore() {
        agent.announce("resume");
        link.resume("m1", 7, 100, listener, A_MINUTE);

        agent.receive("approval", "m1", 7, "{\"call_id\":\"c1\"}");
        agent.advance(Duration.ofMinutes(30));

        assertThat(listener.replies()).containsExactly("{\"call_id\":\"c1\"}");
        assertThat(listener.ends()).isEmpty();
    }

    @Test
    void anOlderApprovalIsLate() {
        agent.announce("resume");
        link.resume("m1", 7, 100, listener, A_MINUTE);

        agent.receive("approval", "m1", 6, "{\"call_id\":\"c1\"}");
        agent.advance(Duration.ofMinutes(2));

        assertThat(observer.count("late approval")).isEqualTo(1);
        assertThat(listener.failure()).isInstanceOf(Failure.TimedOut.class);
    }

    @Test
    void everyFrameStartsTheSilenceAnew() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        for (int i = 0; i < 5; i++) {
            agent.advance(Duration.ofSeconds(50));
            agent.receive("chunk", "m1", "{\"content\":\".\",\"done\":false}");
        }

        assertThat(listener.ends()).isEmpty();
        agent.advance(Duration.ofSeconds(61));
        assertThat(listener.ends()).containsExactly("failed");
    }

    @Test
    void theWholeHasADeadlineThatFramesDoNotMove() {
        Patience patience = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(12));
        link.open(message("m1", "{}"), listener, patience);

        for (int i = 0; i < 3; i++) {
            agent.advance(Duration.ofSeconds(4));
            agent.receive("chunk", "m1", "{\"content\":\".\",\"done\":false}");
        }
        agent.advance(Duration.ofSeconds(1));

        assertThat(listener.failure())
                .isEqualTo(new Failure.TimedOut(Duration.ofSeconds(12), true));
    }

    @Test
    void aTimeInWhichTheLoopStoodStillIsNoSilenceOfTheAgent() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        agent.stall(Duration.ofMinutes(5));
        assertThat(listener.ends()).isEmpty();
        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");

        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void whatWaitsForAHeartbeatAndFailsLeavesTheLinkAlone() {
        link.onHeartbeat(() -> {
            throw new IllegalStateException("thrown on purpose");
        });
        link.whenAnnounced(() -> {
            throw new IllegalStateException("thrown on purpose");
        });

        agent.announce("cancel");

        assertThat(channel.isOpen()).isTrue();
        assertThat(link.can(Feature.CANCEL)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0", "2", "0.9", "11.0", "1x", "", "v1.1"})
    void anAgentOfAnotherMajorIsABasePeerWhateverItAnnounces(String protocol) {
        agent.receive(
                "heartbeat",
                "",
                "{\"status\":\"ready\",\"uptime_secs\":3,\"protocol\":\"%s\",\"features\":[\"cancel\",\"credit\",\"resume\"],\"instance\":\"i\",\"in_flight\":7,\"runtime_kind\":\"openai\",\"runtime_error\":\"x\"}"
                        .formatted(protocol));

        assertThat(link.isAnnounced()).isTrue();
        assertThat(link.heartbeat())
                .isEqualTo(
                        new Heartbeat(
                                "ready", 3, protocol, Set.of(), "", List.of(), "", -1, "", "", "",
                                List.of(), null));
        link.open(message("m1", "{}"), listener, A_MINUTE).cancel();
        assertThat(agent.sent()).contains("\"type\":\"message\"");
        assertThat(agent.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "1.1", "1.27"})
    void anAgentOfALaterMinorMayDoWhatItAnnounces(String protocol) {
        agent.receive(
                "heartbeat",
                "",
                "{\"protocol\":\"%s\",\"features\":[\"cancel\",\"later\"]}".formatted(protocol));

        assertThat(link.heartbeat().features()).containsExactly(Feature.CANCEL);
    }

    @Test
    void aDeadlineFarBeyondTheWheelIsMet() {
        Patience patience = Patience.ofSilence(Duration.ofHours(2));
        link.open(message("m1", "{}"), listener, patience);

        agent.advance(Duration.ofMinutes(119));
        assertThat(listener.ends()).isEmpty();
        agent.advance(Duration.ofMinutes(2));

        assertThat(listener.ends()).containsExactly("failed");
    }

    @Test
    void oneMoreThanTheLinkMayCarryIsOverloaded() {
        LinkLimits limits =
                new LinkLimits(
                        FrameLimits.DEFAULTS,
                        2,
                        1 << 20,
                        Duration.ofSeconds(1),
                        Duration.ofDays(1),
                        100,
                        1 << 20);
        EmbeddedLink small = new EmbeddedLink(limits, observer);
        AgentLink narrow = small.link();
        narrow.open(message("m1", "{}"), new ScriptedListener(), A_MINUTE);
        narrow.open(message("m2", "{}"), new ScriptedListener(), A_MINUTE);

        Exchange third = narrow.open(message("m3", "{}"), listener, A_MINUTE);

        assertThat(third.isOpen()).isFalse();
        assertThat(listener.failure()).isInstanceOf(Failure.Overloaded.class);
        assertThat(listener.failure().message()).contains("max_in_flight");
        assertThat(narrow.inFlight()).isEqualTo(2);
        small.close();
    }

    @Test
    void aPayloadThatFitsNoFrameIsTooLarge() {
        int limit = FrameLimits.DEFAULTS.payloadBytes();
        ByteBuf payload = Unpooled.wrappedBuffer(new byte[limit + 1]);

        link.open(new Frame(FrameType.MESSAGE, "m1", payload), listener, A_MINUTE);

        assertThat(listener.failure()).isEqualTo(new Failure.TooLarge(limit + 1, limit, true));
        assertThat(payload.refCnt()).isZero();
    }

    @Test
    void aLinkThatIsClosedFailsWhatIsOpenedOnIt() {
        link.close("idle");

        link.open(message("m1", "{}"), listener, A_MINUTE);

        assertThat(listener.failure()).isEqualTo(new Failure.LinkLost("idle"));
    }

    @Test
    void anIdInUseIsRefusedAndItsHolderLivesOn() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        ScriptedListener second = new ScriptedListener();
        Exchange refused = link.open(message("m1", "{}"), second, A_MINUTE);
        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");

        assertThat(second.failure()).isInstanceOf(Failure.Overloaded.class);
        assertThat(refused.isOpen()).isFalse();
        assertThat(listener.ends()).containsExactly("done");
        assertThat(link.inFlight()).isZero();
    }

    @Test
    void theEndOfTheStreamFailsWhatIsInFlight() {
        link.open(message("m1", "{}"), listener, A_MINUTE);

        channel.close();

        assertThat(listener.failure()).isInstanceOf(Failure.LinkLost.class);
        assertThat(observer.lines())
                .contains("link closed: the agent closed the connection", "ended link_lost");
    }

    @Test
    void theEndOfTheStreamInsideAFrameSaysSo() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 9, '{'}));

        channel.close();

        assertThat(listener.failure().message()).contains("truncated");
    }

    @Test
    void aBadFrameClosesTheLinkAndNothingAfterItCounts() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        ByteBuf bytes = Unpooled.buffer();
        bytes.writeInt(2).writeBytes(new byte[] {'[', ']'});
        write(bytes, "chunk", "m1", "{\"content\":\"\",\"done\":true}");

        channel.writeInbound(bytes);

        assertThat(listener.failure().message()).contains("not_an_object");
        assertThat(listener.replies()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aListenerThatThrowsEndsItsOwnExchangeOnly() {
        ReplyListener broken =
                new ReplyListener() {
                    @Override
                    public void onReply(Frame reply) {
                        throw new IllegalStateException("thrown on purpose");
                    }

                    @Override
                    public void onDone() {}

                    @Override
                    public void onFailure(Failure failure) {}
                };
        Exchange doomed = link.open(message("m1", "{}"), broken, A_MINUTE);
        link.open(message("m2", "{}"), listener, A_MINUTE);

        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");
        agent.receive("chunk", "m2", "{\"content\":\"\",\"done\":true}");

        assertThat(doomed.isOpen()).isFalse();
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void anErrorThatAListenerThrowsLeavesTheOthersTheirDeadlines() {
        ScriptedListener late = new ScriptedListener();
        link.open(message("m1", "{}"), new OutOfMemory(), A_MINUTE);
        link.open(message("m2", "{}"), listener, A_MINUTE);
        link.open(message("m3", "{}"), late, Patience.ofSilence(Duration.ofMinutes(2)));

        agent.advance(Duration.ofSeconds(61));
        assertThat(listener.ends()).containsExactly("failed");
        agent.advance(Duration.ofSeconds(60));

        assertThat(late.ends()).containsExactly("failed");
    }

    @Test
    void anErrorThatAListenerThrowsLeavesTheOthersTheirEnd() {
        for (int i = 0; i < 10; i++) {
            link.open(message("broken" + i, "{}"), new OutOfMemory(), A_MINUTE);
        }
        link.open(message("m1", "{}"), listener, A_MINUTE);

        channel.close();

        assertThat(listener.ends()).containsExactly("failed");
        assertThat(observer.count("ended link_lost")).isEqualTo(11);
    }

    @Test
    void aListenerMayCloseTheLinkFromWithinItsReply() {
        ScriptedListener other = new ScriptedListener();
        link.open(message("m1", "{}"), new Reentrant(() -> link.close("enough")), A_MINUTE);
        link.open(message("m2", "{}"), other, A_MINUTE);

        ByteBuf burst = Unpooled.buffer();
        write(burst, "chunk", "m1", "{\"content\":\"\",\"done\":true}");
        write(burst, "chunk", "m2", "{\"content\":\"\",\"done\":true}");
        channel.writeInbound(burst);

        assertThat(other.replies()).isEmpty();
        assertThat(other.failure()).isEqualTo(new Failure.LinkLost("enough"));
        assertThat(observer.lines().stream().filter(line -> line.startsWith("ended"))).hasSize(2);
    }

    @Test
    void aListenerMayCancelItselfAndOthersFromWithinItsReply() {
        Exchange other = link.open(message("m2", "{}"), listener, A_MINUTE);
        Reentrant cancelling = new Reentrant(other::cancel);
        Exchange first = link.open(message("m1", "{}"), cancelling, A_MINUTE);
        cancelling.also(first::cancel);

        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");

        assertThat(cancelling.ends()).isEmpty();
        assertThat(listener.ends()).isEmpty();
        assertThat(observer.count("ended cancelled")).isEqualTo(2);
        assertThat(link.inFlight()).isZero();
    }

    @Test
    void aListenerMayOpenItsNextExchangeFromWithinItsEnd() {
        Reentrant first = new Reentrant(() -> link.open(message("m2", "{}"), listener, A_MINUTE));
        link.open(message("m1", "{}"), first, A_MINUTE);
        agent.receive("error", "m1", "{\"code\":\"overloaded\",\"message\":\"later\"}");

        agent.receive("chunk", "m2", "{\"content\":\"\",\"done\":true}");

        assertThat(first.ends()).containsExactly("failed");
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void aListenerThatTriesAgainOnTheLostLinkIsRefusedAtOnce() {
        Reentrant first = new Reentrant(() -> link.open(message("m2", "{}"), listener, A_MINUTE));
        link.open(message("m1", "{}"), first, A_MINUTE);

        channel.close();

        assertThat(first.ends()).containsExactly("failed");
        assertThat(listener.failure()).isInstanceOf(Failure.LinkLost.class);
        assertThat(link.inFlight()).isZero();
    }

    @Test
    void exchangesThatExpireInTheSameTickMayCancelEachOther() {
        Reentrant first = new Reentrant(() -> {});
        Reentrant second = new Reentrant(() -> {});
        Exchange one = link.open(message("m1", "{}"), first, A_MINUTE);
        Exchange two = link.open(message("m2", "{}"), second, A_MINUTE);
        first.also(two::cancel);
        second.also(one::cancel);

        agent.advance(Duration.ofSeconds(61));

        assertThat(first.ends().size() + second.ends().size()).isEqualTo(1);
        assertThat(observer.count("ended timed_out")).isEqualTo(1);
        assertThat(observer.count("ended cancelled")).isEqualTo(1);
    }

    @Test
    void deadlinesAreMetAgainAfterAnIdleTime() {
        link.open(message("m1", "{}"), new ScriptedListener(), A_MINUTE).cancel();
        agent.advance(Duration.ofMinutes(1));

        link.open(message("m2", "{}"), listener, A_MINUTE);
        agent.advance(Duration.ofSeconds(59));
        assertThat(listener.ends()).isEmpty();
        agent.advance(Duration.ofSeconds(2));

        assertThat(listener.ends()).containsExactly("failed");
    }

    @ParameterizedTest
    @MethodSource("idsThatNoPeerWouldAccept")
    void anIdThatThePeerWouldRefuseIsRefusedHere(String id) {
        Frame request = message(id, "{}");

        assertThatThrownBy(() -> link.open(request, listener, A_MINUTE))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(request.refCnt()).isZero();
        assertThat(agent.sent()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    static List<String> idsThatNoPeerWouldAccept() {
        return List.of("", "é".repeat(65), "lone \ud800 surrogate");
    }

    /** Fails at every word as Netty does where direct memory has run out. */
    private static final class OutOfMemory implements ReplyListener {
        @Override
        public void onReply(Frame reply) {
            throw new OutOfMemoryError("thrown on purpose");
        }

        @Override
        public void onDone() {
            throw new OutOfMemoryError("thrown on purpose");
        }

        @Override
        public void onFailure(Failure failure) {
            throw new OutOfMemoryError("thrown on purpose");
        }
    }

    /** Does something to the link at the first thing that it is told. */
    private static final class Reentrant implements ReplyListener {
        private final List<String> ends = new ArrayList<>();
        private Runnable action;

        Reentrant(Runnable action) {
            this.action = action;
        }

        void also(Runnable more) {
            Runnable first = action;
            action =
                    () -> {
                        first.run();
                        more.run();
                    };
        }

        List<String> ends() {
            return ends;
        }

        private void act() {
            Runnable due = action;
            action = () -> {};
            due.run();
        }

        @Override
        public void onReply(Frame reply) {
            act();
        }

        @Override
        public void onDone() {
            ends.add("done");
            act();
        }

        @Override
        public void onFailure(Failure failure) {
            ends.add("failed");
            act();
        }
    }
}
