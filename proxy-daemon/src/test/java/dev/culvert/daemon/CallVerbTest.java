package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class CallVerbTest {
    private static final String AGENTS =
            "{\"agents\": [{\"id\": \"a\", \"address\": \"unix:///nowhere/a\"}]}";

    @Test
    void withoutANameItListsWhatTheCallerMayDo() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(AGENTS)) {
            assertThat(User.of(daemon).run("call").out())
                    .containsPattern("agents\\.turns +read +List the turns of an agent")
                    .containsPattern("agents\\.list +read +culvert agents list +List the agents");
        }
    }

    @Test
    void anOperationRunsWithItsArguments() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(AGENTS)) {
            User user = User.of(daemon);

            CommandRun turns = user.run("call", "agents.turns", "id=a", "limit=5");
            assertThat(turns.code()).as(turns.err()).isZero();
            assertThat(Value.parse(turns.out()).at("turns").list()).isEmpty();
            CommandRun given = user.run("call", "agents.context", "id=a", "context={\"x\":1}");
            assertThat(given.code()).as(given.err()).isIn(ExitCode.OK, ExitCode.UNREACHABLE);
            assertThat(user.run("call", "agents.show", "id=nobody").code())
                    .isEqualTo(ExitCode.NOT_FOUND);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "agents.turn id=a,did you mean agents.turns?",
        "agents.turns idd=a,did you mean id?",
        "agents.turns a,write NAME=VALUE",
        "agents.turns limit=5,id=… is missing",
        "agents.turns id=a limit=many,limit is no JSON",
        "turns.continue turn=t continuation=c tool_results=[],send POST"
    })
    void whatIsWrongIsSaidBeforeAnythingRuns(String line, String said) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(AGENTS)) {
            CommandRun run = User.of(daemon).run(("call " + line).split(" ", -1));

            assertThat(run.code()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains(said);
        }
    }

    @Test
    void eventsOfAStreamAreLinesUntilItIsStopped() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(AGENTS)) {
            AtomicReference<Runnable> interrupt = new AtomicReference<>();
            User user = User.of(daemon).interruptible(interrupt::set);
            CompletableFuture<CommandRun> run =
                    CompletableFuture.supplyAsync(() -> user.run("call", "events", "-o", "jsonl"));
            Eventually.await(() -> assertThat(user.printed()).contains("{\"event\":"));
            Objects.requireNonNull(interrupt.get()).run();

            assertThat(run.join().code()).isEqualTo(ExitCode.INTERRUPTED);
        }
    }
}
