package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.testing.Eventually;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert approvals watch}. */
@Timeout(60)
class ApprovalsWatchVerbTest {
    private static final String PATH = "/api/v1/approvals/";

    @TempDir Path folder;

    private String settings(ApprovingGuest guest) {
        return "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                .formatted(
                        folder.resolve("state"),
                        folder.resolve("admin.sock"),
                        TestDaemon.agents(guest.guest()));
    }

    private static void awaitPrinted(User user, String text) {
        Eventually.await(() -> assertThat(user.printed()).contains(text));
    }

    @Test
    void printsWhatWaitsAndWhatIsDecidedAlsoAfterARestart() throws Exception {
        User user = new User(folder);
        CompletableFuture<CommandRun> run = new CompletableFuture<>();
        try (ApprovingGuest guest = ApprovingGuest.start()) {
            String first = guest.newId();
            String second = guest.newId();
            Thread thread;
            try (TestDaemon daemon = TestDaemon.start(settings(guest))) {
                daemon.awaitState("a", "ready");
                guest.ask(first);
                daemon.awaitBody(PATH + first, "pending");
                thread =
                        Thread.ofVirtual()
                                .start(() ->
                                        run.complete(
                                                user.run("approvals", "watch", "--agent", "a")));
                awaitPrinted(user, first + "  a  pending");

                guest.ask(second);
                awaitPrinted(user, second + "  a  pending");
                daemon.post(PATH + first, "{\"decision\":\"deny\"}");
                awaitPrinted(user, first + "  a  denied");
            }
            try (TestDaemon daemon = TestDaemon.start(settings(guest))) {
                daemon.awaitState("a", "ready");
                Eventually.await(() ->
                        assertThat(user.printed().split(second + "  a  pending", -1)).hasSize(3));
                daemon.post(PATH + second, "{\"decision\":\"allow\"}");
                awaitPrinted(user, second + "  a  allowed");
                assertThat(run).isNotDone();
                thread.interrupt();

                assertThat(run.get().code()).isEqualTo(130);
                assertThat(run.get().err())
                        .contains(
                                "culvert: the connection was lost",
                                "culvert: following again",
                                "decisions may be missing here");
            }
        }
    }

    @Test
    void aStreamSaysThatItsAgentWaits() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.with(guest.guest())) {
            guest.guest()
                    .on(
                            "message",
                            turn -> {
                                turn.chunk(1, "I push.");
                                turn.numbered(
                                        2,
                                        "approval",
                                        "{\"approval_id\":\"ap_1\",\"call_id\":\"c1\",\"tool_name\":\"run_command\",\"arguments\":{}}");
                                turn.done(3, "Pushed.");
                            });

            CommandRun run = User.of(daemon).run("stream", "a", "push");

            assertThat(run.out()).isEqualTo("I push.\nPushed.\n");
            assertThat(run.err())
                    .contains(
                            "the agent waits until somebody decides about run_command: culvert approvals show ap_1");
            assertThat(run.code()).isZero();
        }
    }

    @Test
    void aCallerThatMayNotDecideIsRefused() throws Exception {
        try (ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon = TestDaemon.start(settings(guest))) {
            User operator = new User(folder);
            daemon.awaitState("a", "ready");
            assertThat(operator.run("token", "create", "--name", "r", "--role", "admin").code())
                    .isZero();
            String made = operator.run("token", "create", "--name", "x", "--role", "viewer").out();
            assertThat(made).startsWith("cvt_");
            User viewer = User.of(daemon).with("CULVERT_TOKEN", made.strip());

            CommandRun run = viewer.run("approvals", "watch");

            assertThat(run.code()).isEqualTo(4);
            assertThat(run.err()).contains("approvals");
        }
    }
}
