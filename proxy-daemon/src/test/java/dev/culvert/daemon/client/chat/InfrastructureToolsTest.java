package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.console.Mode;
import dev.culvert.daemon.client.workbench.InfrastructureTool;
import dev.culvert.daemon.client.workbench.Place;
import dev.culvert.daemon.client.workbench.VerbRunner.Ran;
import dev.culvert.daemon.client.workbench.Workbench;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the agent in use may do with the tools of the infrastructure. */
@Timeout(60)
class InfrastructureToolsTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String ALL =
            "{\"rules\": [{\"decision\": \"allow\", \"tools\": [\"*\"]}]}";

    @TempDir private Path root;
    @TempDir private Path state;
    private final List<Question> questions = new ArrayList<>();
    private final List<List<String>> ran = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch running = new CountDownLatch(1);
    private Consent consent = Consent.YES;
    private Mode mode = Mode.PLAN;
    private Hands hands;

    @BeforeEach
    void open() throws Exception {
        hands = hands(ALL);
        Files.createDirectories(root.resolve(".culvert/plans"));
        Files.writeString(root.resolve(".culvert/plans").resolve(DIGEST + ".json"), "{}");
    }

    private Hands hands(String policy) throws Exception {
        Workbench bench =
                new Workbench(
                        (words, _) -> verb(words), Optional.of(new Place(root, "lab")), () -> mode);
        return new Hands(
                List.copyOf(InfrastructureTool.of(bench)),
                Policy.of(List.of(PolicyFile.read(Level.PROJECT, "p", policy))),
                new Decisions(state.resolve("chat.log"), "me"),
                question -> {
                    questions.add(question);
                    return consent;
                });
    }

    private Ran verb(List<String> words) {
        ran.add(words);
        if (words.getFirst().equals("doctor")) {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                return new Ran(130, Value.nothing(), "", "interrupted");
            }
        }
        return switch (words.getFirst()) {
            case "plan" ->
                    new Ran(
                            0,
                            Value.members("digest", DIGEST),
                            "+ lab/100 web\ndigest %s: culvert apply\n".formatted(DIGEST),
                            "");
            case "apply" -> new Ran(0, Value.nothing(), "", "✓ lab/100 web: create\n");
            default -> new Ran(0, Value.members("words", String.join(" ", words)), "", "");
        };
    }

    private ToolAnswer run(String tool, String arguments) throws IOException {
        return hands.run(
                "a.T",
                new ToolCall("c1", tool, Value.parse(arguments)),
                new Hands.During(stopped::get, () -> {}));
    }

    @Test
    void inTheModePlanItLooksAndPlansAndDoesNotApply() throws Exception {
        assertThat(hands.definitions().stream().map(it -> it.at("function").text("name")))
                .containsExactly("status", "find", "read", "plan", "check", "diagnose", "report");
        assertThat(run("plan", "{}").text()).contains("+ lab/100 web");
        ToolAnswer refused = run("apply", "{\"digest\":\"%s\"}".formatted(DIGEST));
        assertThat(refused.ok()).isFalse();
        assertThat(refused.text()).contains("nothing may be changed now");
        assertThat(questions).isEmpty();
        assertThat(ran).noneMatch(it -> it.getFirst().equals("apply"));
        mode = Mode.READ;
        assertThat(run("plan", "{}").ok()).isFalse();
        assertThat(run("read", "{\"what\":\"agent\",\"name\":\"web-1\"}").text())
                .contains("agents show web-1");
    }

    @Test
    void inTheModeApplyEachPlanIsAskedAboutWhateverThePolicyAllows() throws Exception {
        mode = Mode.APPLY;
        run("plan", "{}");
        consent = Consent.NO;
        String call = "{\"digest\":\"%s\"}".formatted(DIGEST);
        assertThat(run("apply", call).text()).contains("the user does not allow it");
        consent = Consent.ALWAYS;
        assertThat(run("apply", call).text()).isEqualTo("✓ lab/100 web: create");
        assertThat(run("apply", call).ok()).isTrue();
        assertThat(questions).hasSize(3);
        assertThat(questions.getFirst().change()).contains("+ lab/100 web");
        assertThat(run("apply", "{\"digest\":\"%s\"}".formatted("f".repeat(64))).text())
                .contains("the plan that was shown last has the digest 0123456789ab");
        assertThat(questions).hasSize(3);
    }

    @Test
    void aPolicyThatDeniesAToolIsObeyedInEachMode() throws Exception {
        hands =
                hands(
                        "{\"default\": \"allow\", \"rules\": [{\"decision\": \"deny\", \"tools\": [\"find\"]}]}");
        mode = Mode.APPLY;
        assertThat(run("find", "{}").text()).contains("the policy denies it");
    }

    @Test
    void whatTheUserStopsIsInterrupted() throws Exception {
        Thread stopping =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                running.await();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                            stopped.set(true);
                        });
        ToolAnswer answer = run("diagnose", "{}");
        stopping.join();
        assertThat(answer.text()).contains("interrupted");
    }
}
