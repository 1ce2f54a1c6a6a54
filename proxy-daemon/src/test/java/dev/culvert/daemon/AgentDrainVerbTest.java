package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code culvert agents drain} against a daemon whose agent works. */
@Timeout(60)
class AgentDrainVerbTest {
    @Test
    void waitsForTheTurnsOfTheAgent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            User user = User.of(daemon);
            EventReader turn = daemon.stream();
            ScriptedGuest.Request running = guest.take();

            CommandRun early = user.run("agents", "drain", "a", "--wait", "1ms");
            assertThat(early.code()).as(early.err()).isEqualTo(1);
            assertThat(early.out() + early.err()).contains("turns under way: 1");
            assertThat(user.run("message", "a", "hi").code()).isEqualTo(1);
            assertThat(user.run("status").out())
                    .contains("1 draining", "culvert agents list --state draining");
            assertThat(user.run("agents").out()).contains("online, draining");
            assertThat(user.run("agents", "show", "a").out())
                    .containsPattern("(?m)^drained since +\\d{4}-");

            running.done("");
            assertThat(turn.rest()).isNotEmpty();
            CommandRun done = user.run("agents", "drain", "a", "--wait", "20s", "-o", "json");
            assertThat(done.code()).as(done.err()).isZero();
            assertThat(done.out()).contains("\"drained_since\"", "\"turns_in_flight\": 0");

            assertThat(user.run("agents", "drain", "a", "--end").code()).isZero();
            assertThat(user.run("agents", "show", "a").out()).containsPattern("(?m)^state +ready$");
            assertThat(user.run("agents", "drain", "none").code()).isEqualTo(5);
        }
    }
}
