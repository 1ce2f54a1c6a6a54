package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code culvert op} against a daemon in which something was changed. */
@Timeout(60)
class OpVerbTest {
    @Test
    void showsHowAChangeWent() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            User user = User.of(daemon);
            assertThat(user.run("agents", "add", "c", "--address", "unix:///nowhere/c").code())
                    .isZero();

            CommandRun list = user.run("op", "-o", "name");
            assertThat(list.code()).as(list.err()).isZero();
            assertThat(list.out()).hasLineCount(1);

            CommandRun shown = user.run("op", list.out().strip());
            assertThat(shown.code()).isZero();
            assertThat(shown.out())
                    .containsPattern("(?m)^state +done$")
                    .containsPattern("(?m)^path +/api/v1/agents/c$")
                    .containsPattern("(?m)^took +\\d+ ms$");
            assertThat(user.run("op", "nowhere").code()).isEqualTo(5);
        }
    }

    @Test
    void atATerminalAChangeSaysWhereItIsRecorded() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            User person = User.of(daemon).at(new Terminal(true, true, 80));
            String[] add = {"agents", "add", "c", "--address", "unix:///nowhere/c"};

            String said = person.run(add).err();
            String run = person.run("op", "-o", "name").out().strip();
            assertThat(said).endsWith(" (culvert op " + run + ")\n");

            String[] remove = {"agents", "remove", "c"};
            assertThat(User.of(daemon).run(remove).err()).doesNotContain("culvert op");
        }
    }
}
