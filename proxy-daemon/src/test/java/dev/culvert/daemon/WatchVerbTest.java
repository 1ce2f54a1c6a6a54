package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code culvert turns watch TURN}. */
@Timeout(60)
class WatchVerbTest {
    private static ScriptedGuest guest() throws Exception {
        return ScriptedGuest.announcing("credit", "cancel", "resume");
    }

    private static CompletableFuture<CommandRun> watch(User user, Request turn) {
        return CompletableFuture.supplyAsync(
                () -> user.run("turns", "watch", turn.id()), Thread::startVirtualThread);
    }

    @Test
    void aTurnIsPrintedBesideItsReader() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            turn.chunk(1, "before ");
            reader.next();
            CompletableFuture<CommandRun> run = watch(User.of(daemon), turn);
            daemon.awaitMetric("culvert_watchers", 1);
            turn.chunk(2, "along");
            turn.done(3, "");

            assertThat(run.get().code()).isZero();
            assertThat(run.get().out()).isEqualTo("along\n");
            assertThat(run.get().err()).contains("events 1 to 1 are missing");
            assertThat(reader.rest()).extracting(EventReader.Event::type).endsWith("done");
        }
    }

    @Test
    void anInterruptLeavesTheTurnAsItIs() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            List<Runnable> interrupts = new CopyOnWriteArrayList<>();
            User user = User.of(daemon).interruptible(interrupts::add);
            CompletableFuture<CommandRun> run = watch(user, turn);
            daemon.awaitMetric("culvert_watchers", 1);
            turn.chunk(1, "one");
            Eventually.await(() -> assertThat(user.printed()).isEqualTo("one"));

            interrupts.getFirst().run();

            assertThat(run.get().code()).isEqualTo(130);
            daemon.awaitMetric("culvert_watchers", 0);
            turn.done(2, "");
            assertThat(reader.rest()).extracting(EventReader.Event::type).endsWith("done");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    @Test
    void whatCannotBeWatchedIsSaidSo() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            CommandRun unknown = User.of(daemon).run("turns", "watch", "a.AAAA");
            assertThat(unknown.code()).isNotZero();
            assertThat(unknown.err()).contains("no turn of that id can be known here");
            CommandRun both = User.of(daemon).run("turns", "watch", "a.AAAA", "--agent", "a");
            assertThat(both.code()).isEqualTo(2);
            assertThat(both.err()).contains("give one");
        }
    }
}
