package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert chat} with a daemon: an agent's calls run in a folder here. */
@Timeout(60)
class ChatVerbTest {
    @TempDir private Path home;

    private static String call(String tool, String arguments) {
        return "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}}]}"
                .formatted(tool, arguments.replace("\"", "\\\""));
    }

    /** Calls a tool of the client, until it has a result. */
    private static void calls(Request turn, List<String> told) throws IOException {
        told.add(turn.payload());
        if (turn.payload().contains("\"role\":\"tool\"")) {
            turn.chunk(1, "It has ");
            turn.done(2, "one line.");
        } else {
            turn.chunk(1, "I look. ");
            turn.numbered(2, "chunk", call("read_file", "{\"path\":\"a.txt\"}"));
            turn.numbered(
                    3,
                    "chunk",
                    "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\"}");
        }
    }

    @Test
    void anAgentsCallsRunHereAndItsAnswerGoesOn() throws Exception {
        Path project = Files.createDirectory(home.resolve("shop"));
        Files.writeString(project.resolve("a.txt"), "the only line\n");
        List<String> told = new CopyOnWriteArrayList<>();
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("message", turn -> calls(turn, told));

            CommandRun run =
                    User.of(daemon)
                            .with("HOME", home.toString())
                            .run(
                                    "chat",
                                    "a",
                                    "--project",
                                    project.toString(),
                                    "--message",
                                    "how many lines?");

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).isEqualTo("I look. \nIt has one line.\n");
            assertThat(told).hasSize(2);
            assertThat(told.getFirst()).contains("\"name\":\"read_file\"", "how many lines?");
            assertThat(told.getLast())
                    .contains("\"tool_call_id\":\"c1\",\"content\":\"the only line\\n\"");
        }
    }

    @Test
    void aCallThatWaitsAtTheHostIsNamedAndTheAnswerGoesOnOnceSomebodyAllowsIt() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            String approval = guest.newId();
            CompletableFuture<Request> begun = new CompletableFuture<>();
            guest.guest()
                    .on(
                            "message",
                            turn -> {
                                turn.numbered(
                                        1,
                                        "approval",
                                        ApprovingGuest.approve(
                                                approval,
                                                turn.id(),
                                                ApprovingGuest.ARGUMENTS,
                                                Duration.ofMinutes(5)));
                                begun.complete(turn);
                            });
            User user = User.of(daemon);
            CompletableFuture<CommandRun> run =
                    CompletableFuture.supplyAsync(
                            () -> user.run("chat", "a", "--no-tools", "--message", "push it"));
            Request turn = begun.get();
            guest.send(
                    "approve",
                    ApprovingGuest.approve(
                            approval, turn.id(), ApprovingGuest.ARGUMENTS, Duration.ofMinutes(5)));
            Eventually.await(() -> assertThat(user.told()).contains(approval));

            CommandRun allowed = User.of(daemon).run("approvals", "allow", approval);
            turn.done(2, "pushed");

            assertThat(allowed.code()).as(allowed.err()).isZero();
            assertThat(run.get().out()).isEqualTo("pushed\n");
            assertThat(run.get().err())
                    .isEqualTo(
                            "culvert: the agent waits for an approval of run_command: culvert"
                                    + " approvals allow %s, or deny\n".formatted(approval));
        }
    }
}
