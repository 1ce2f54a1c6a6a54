package dev.culvert.daemon.home;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.link.BasePeer;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Failure;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a configuration comes to an agent, over its home link. */
class ConfigPushTest {
    private static final String ACK = "{\"applied\":true}";
    private static final String NEXT = "{\"config\":{\"n\":2},\"tool_allowlist\":[]}";

    private final HomeFixture fixture = new HomeFixture("{\"n\":1}");
    private final HomeLink link = fixture.begin();
    private final List<PushResult> results = new ArrayList<>();

    ConfigPushTest() throws IOException {}

    @AfterEach
    void close() {
        fixture.close();
    }

    private void want(String payload) throws IOException {
        assertThat(fixture.fleet.desire(fixture.agent, payload)).isNotNull();
        link.push(results::add);
    }

    private AgentState state() {
        return fixture.agent.presence().state();
    }

    @Test
    void anAgentIsReadyWhenItHasTakenItsConfiguration() {
        EmbeddedLink agent = fixture.acceptAndAnswer();
        String update = HomeFixture.update(agent, 1);
        assertThat(state()).isEqualTo(AgentState.CONNECTING);

        agent.receive("config_ack", update, ACK);

        assertThat(state()).isEqualTo(AgentState.READY);
        assertThat(fixture.agent.appliedRevision()).isOne();
    }

    @Test
    void nothingIsBroughtToWhatHasNotAnswered() {
        EmbeddedLink agent = fixture.accept();
        link.push(results::add);

        assertThat(agent.sent()).contains("\"type\":\"ping\"");
        assertThat(agent.sent()).isEmpty();
        assertThat(results).isEmpty();
    }

    @Test
    void whoWaitsForALinkThatIsLostIsToldThatItIsPending() {
        EmbeddedLink agent = fixture.accept();
        link.push(results::add);

        agent.close();

        assertThat(results).containsExactly(new PushResult.Pending(1));
    }

    @Test
    void withoutALinkItIsPending() {
        link.push(results::add);

        assertThat(results).containsExactly(new PushResult.Pending(1));
    }

    @Test
    void whatIsWantedMeanwhileIsBroughtNextAndEverybodyIsToldOfThatOnce() throws IOException {
        EmbeddedLink agent = fixture.acceptAndAnswer();
        String first = HomeFixture.update(agent, 1);
        link.push(results::add);
        want(NEXT);
        assertThat(agent.sent()).isEmpty();

        agent.receive("config_ack", first, ACK);
        assertThat(results).isEmpty();
        assertThat(state()).isEqualTo(AgentState.CONNECTING);
        agent.receive("config_ack", HomeFixture.update(agent, 2), ACK);

        assertThat(results).containsExactly(new PushResult.Applied(2), new PushResult.Applied(2));
        assertThat(fixture.agent.appliedRevision()).isEqualTo(2);
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void whatIsInForceIsNotBroughtAgain() {
        EmbeddedLink agent = fixture.acceptAndAnswer();
        agent.receive("config_ack", HomeFixture.update(agent, 1), ACK);

        link.push(results::add);

        assertThat(agent.sent()).isEmpty();
        assertThat(results).containsExactly(new PushResult.Applied(1));
    }

    @Test
    void aLinkThatIsLostMeanwhileLeavesItPendingAndTheNextLinkBringsIt() throws IOException {
        EmbeddedLink agent = fixture.acceptAndAnswer();
        agent.receive("config_ack", HomeFixture.update(agent, 1), ACK);
        want(NEXT);
        HomeFixture.update(agent, 2);

        agent.close();
        assertThat(results).containsExactly(new PushResult.Pending(2));
        fixture.pass(Duration.ofMillis(1));
        EmbeddedLink again = fixture.acceptAndAnswer();
        assertThat(state()).isNotEqualTo(AgentState.READY);
        again.receive("config_ack", HomeFixture.update(again, 2), ACK);

        assertThat(results).hasSize(1);
        assertThat(fixture.agent.appliedRevision()).isEqualTo(2);
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void whatTheAgentRefusesIsNotBroughtAgainByItself() {
        EmbeddedLink agent = fixture.acceptAndAnswer();
        String update = HomeFixture.update(agent, 1);
        link.push(results::add);

        agent.receive("error", update, "{\"code\":\"invalid_config\",\"message\":\"no\"}");
        assertThat(results)
                .singleElement()
                .isInstanceOfSatisfying(
                        PushResult.Refused.class,
                        refused ->
                                assertThat(refused.failure())
                                        .isInstanceOf(Failure.AgentError.class));
        assertThat(state()).isEqualTo(AgentState.CONNECTING);
        assertThat(fixture.agent.presence().lastError()).contains("configuration 1");
        fixture.pass(Duration.ofMillis(10_100));

        assertThat(agent.sent()).contains("\"type\":\"ping\"");
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void anAgentIsReadyOnlyWithThePoliciesAboveItsOwn(@TempDir Path folder) throws Exception {
        String text = "{\"rules\": [{\"decision\": \"deny\", \"tools\": [\"x\"]}]}";
        fixture.use(HomeFixture.withPolicy(Files.writeString(folder.resolve("p"), text)));
        EmbeddedLink agent = fixture.acceptAndAnswer();
        String update = agent.sent();
        assertThat(update)
                .contains(
                        "\"payload\":{\"policies\":[{\"level\":\"host\",\"policy\":"
                                + text
                                + "}],");
        String version = PolicyFile.read(Level.HOST, "p", text).version();

        agent.receive(
                "config_ack",
                BasePeer.text(update, "id"),
                "{\"applied\":true,\"policy\":\"" + version + "\"}");

        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void anAgentThatHasOtherPoliciesIsNotReady(@TempDir Path folder) throws Exception {
        fixture.use(HomeFixture.withPolicy(Files.writeString(folder.resolve("p"), "{}")));
        EmbeddedLink agent = fixture.acceptAndAnswer();

        agent.receive(
                "config_ack",
                HomeFixture.update(agent, 1),
                "{\"applied\":true,\"policy\":\"sha256:0\"}");

        assertThat(state()).isEqualTo(AgentState.CONNECTING);
        assertThat(fixture.agent.presence().lastError()).contains("without the policies above it");
    }

    @Test
    void thePoliciesOfAnAgentsOwnConfigurationCountInTheVersion(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("p"), "{}");
        fixture.use(HomeFixture.withPolicy(file));
        EmbeddedLink agent = fixture.acceptAndAnswer();
        agent.receive("config_ack", HomeFixture.update(agent, 1), ACK);
        String own = "{\"rules\": [{\"decision\": \"allow\"}]}";
        want("{\"config\":{},\"tools\":{\"x\":[1],\"policy\": " + own + "},\"tool_allowlist\":[]}");
        String version =
                Policy.of(
                                List.of(
                                        PolicyFile.read(Level.HOST, "p", "{}"),
                                        PolicyFile.read(Level.AGENT, "own", own)))
                        .version();

        agent.receive(
                "config_ack",
                HomeFixture.update(agent, 2),
                "{\"applied\":true,\"policy\":\"" + version + "\"}");

        assertThat(results).containsExactly(new PushResult.Applied(2));
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void whatIsNotConfirmedInTimeIsBroughtAgainInAWhile() {
        EmbeddedLink agent = fixture.acceptAndAnswer();
        HomeFixture.update(agent, 1);
        link.push(results::add);

        fixture.pass(Duration.ofMillis(5_200));
        assertThat(results)
                .singleElement()
                .isInstanceOfSatisfying(
                        PushResult.Refused.class,
                        refused ->
                                assertThat(refused.failure()).isInstanceOf(Failure.TimedOut.class));
        assertThat(agent.sent()).isEmpty();
        fixture.pass(Duration.ofSeconds(5));

        HomeFixture.answerPing(agent);
        agent.receive("config_ack", HomeFixture.update(agent, 1), ACK);
        assertThat(state()).isEqualTo(AgentState.READY);
    }
}
