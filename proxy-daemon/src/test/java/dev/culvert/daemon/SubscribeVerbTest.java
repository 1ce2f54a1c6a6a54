package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.testing.Eventually;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert subscribe}, when the daemon goes and comes back. */
@Timeout(60)
class SubscribeVerbTest {
    @TempDir Path folder;

    private TestDaemon daemon() throws Exception {
        return TestDaemon.start(
                "{\"admin\": {\"listen\": [\"unix://%s\"]}, \"agents\": []}"
                        .formatted(folder.resolve("admin.sock")));
    }

    private static void publishUntilPrinted(TestDaemon daemon, User user, String subject) {
        Eventually.await(() -> {
            try {
                daemon.post("/api/v1/subjects/" + subject, "{\"data\":1}");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            assertThat(user.printed()).contains(subject);
        });
    }

    @Test
    void followsAgainAfterARestartAndSaysThatMessagesAreMissing() throws Exception {
        User user = new User(folder);
        CompletableFuture<CommandRun> run = new CompletableFuture<>();
        Thread thread;
        try (TestDaemon daemon = daemon()) {
            thread = Thread.ofVirtual().start(() -> run.complete(user.run("subscribe", ">")));
            publishUntilPrinted(daemon, user, "first");
        }
        try (TestDaemon daemon = daemon()) {
            publishUntilPrinted(daemon, user, "second");
            assertThat(run).isNotDone();
            thread.interrupt();

            assertThat(run.get().code()).isEqualTo(130);
            assertThat(run.get().err())
                    .containsPattern(
                            "culvert: the connection was lost [(].+[)]: trying again\n"
                                    + "culvert: following again; what was published in the"
                                    + " \\d+\\.\\d s before is missing\n$");
        }
    }

    @Test
    void aTokenThatIsRevokedEndsItWithFour() throws Exception {
        try (TestDaemon daemon = daemon()) {
            User operator = new User(folder);
            String made = operator.run("token", "create", "--name", "x", "--role", "admin").out();
            String id = made.strip().replaceAll("cvt_([^_]+)_.*", "$1");
            User user = User.of(daemon).with("CULVERT_TOKEN", made.strip());
            CompletableFuture<CommandRun> run = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> run.complete(user.run("subscribe", ">")));
            Eventually.await(() -> {
                operator.run("publish", "first", "1");
                assertThat(user.printed()).contains("first");
            });

            assertThat(operator.run("token", "revoke", id).code()).isZero();

            assertThat(run.get().code()).isEqualTo(4);
            assertThat(run.get().err()).contains("the subscription was ended: ");
        }
    }
}
