package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs in a VM follow what clients and other agents publish. */
@Timeout(60)
class FollowingProgramsTest {
    private static final String FOLLOW =
            "{\"type\":\"subscribe\",\"id\":\"4\",\"match\":\"build.*\"}";
    private static final String FOLLOWING = "{\"type\":\"reply\",\"id\":\"4\",\"data\":{}}";

    @TempDir Path folder;

    private Path socket(String name) {
        return folder.resolve(name + ".sock");
    }

    private Guest guest(String name) throws Exception {
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", "drain": "0s", "local_socket": "%s"}
                """
                        .formatted(socket(name));
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private static TestDaemon daemon(String more, Guest... guests) throws Exception {
        StringBuilder agents = new StringBuilder();
        for (int i = 0; i < guests.length; i++) {
            agents.append(i == 0 ? "" : ", ")
                    .append(
                            "{\"id\": \"a%d\", \"tenant\": \"%s\", \"address\": \"%s\"}"
                                    .formatted(i, i == 2 ? "other" : "acme", guests[i].address()));
        }
        TestDaemon daemon = TestDaemon.start("{%s\"agents\": [%s]}".formatted(more, agents));
        for (int i = 0; i < guests.length; i++) {
            daemon.awaitState("a" + i, "ready");
        }
        return daemon;
    }

    private static String publish(TestDaemon daemon, String tenant, String subject, String data)
            throws Exception {
        return daemon.post(
                        "/api/v1/subjects/" + subject + "?tenant=" + tenant,
                        "{\"data\":" + data + "}")
                .body();
    }

    @Test
    void hearWhatClientsAndAgentsOfTheirTenantPublish() throws Exception {
        try (Guest first = guest("first");
                Guest second = guest("second");
                Guest third = guest("third");
                TestDaemon daemon = daemon("", first, second, third);
                LocalProgram talker = new LocalProgram(socket("second")).awaitHost();
                LocalProgram stranger = new LocalProgram(socket("third")).awaitHost()) {
            try (LocalProgram follower = new LocalProgram(socket("first")).awaitHost()) {
                assertThat(follower.ask(FOLLOW)).isEqualTo(FOLLOWING);
                assertThat(stranger.ask(FOLLOW)).isEqualTo(FOLLOWING);

                assertThat(publish(daemon, "acme", "build.done", "{\"n\": 1.10}"))
                        .isEqualTo("{\"receivers\":1,\"missed\":0}");
                assertThat(follower.hear())
                        .matches(
                                "\\{\"type\":\"message\",\"id\":\"4\",\"subject\":\"build.done\",\"data\":\\{\"n\":"
                                        + " 1.10},\"timestamp\":\"20.*Z\"}");
                assertThat(publish(daemon, "acme", "deploy.done", "1"))
                        .isEqualTo("{\"receivers\":0,\"missed\":0}");
                assertThat(
                                talker.ask(
                                        "{\"type\":\"publish\",\"subject\":\"build.web\",\"reply\":\"x.y\",\"data\":null}"))
                        .contains("\"receivers\":1,");
                assertThat(follower.hear())
                        .contains("\"subject\":\"build.web\",\"reply\":\"x.y\",\"agent\":\"a1\"");
                publish(daemon, "other", "build.theirs", "2");
                assertThat(stranger.hear()).contains("\"build.theirs\"");
                assertThat(daemon.metric("culvert_subjects_subscribers")).isEqualTo(2);
            }

            daemon.awaitMetric("culvert_subjects_subscribers", 1);
        }
    }

    /** Whoever may follow an agent's request may reply to it. */
    @Test
    void hearNoRequestsOfAgentsAndNoReplies() throws Exception {
        try (Guest first = guest("first");
                Guest second = guest("second");
                TestDaemon daemon = daemon("", first, second);
                LocalProgram follower = new LocalProgram(socket("first")).awaitHost();
                LocalProgram asker = new LocalProgram(socket("second")).awaitHost()) {
            follower.ask(FOLLOW);

            assertThat(
                            asker.ask(
                                    "{\"type\":\"request\",\"id\":\"q\",\"subject\":\"build.allowed\",\"data\":1}"))
                    .contains("\"id\":\"q\",\"code\":\"no_responder\"");
            assertThat(follower.ask("{\"type\":\"subscribe\",\"id\":\"5\",\"match\":\"inbox.>\"}"))
                    .contains("\"id\":\"5\",\"code\":\"invalid_payload\"")
                    .contains("an agent cannot follow 'inbox.>': replies go only to whoever asked");
            publish(daemon, "acme", "build.x", "1");
            assertThat(follower.hear()).contains("\"build.x\"");
        }
    }

    @Test
    void goOnWithTheNextDaemonAndAreToldOfTheGap() throws Exception {
        try (Guest guest = guest("first")) {
            try (LocalProgram follower = new LocalProgram(socket("first"))) {
                try (TestDaemon daemon = daemon("", guest)) {
                    follower.awaitHost();
                    assertThat(follower.ask(FOLLOW)).isEqualTo(FOLLOWING);
                    publish(daemon, "acme", "build.a", "1");
                    assertThat(follower.hear()).contains("\"build.a\"");
                }

                try (TestDaemon daemon = daemon("", guest)) {
                    assertThat(follower.hear())
                            .matches(
                                    "\\{\"type\":\"gap\",\"id\":\"4\",\"message\":\"the link to the host was"
                                            + " lost: what was published in the last \\d+\\.\\d s may be"
                                            + " missing\"}");
                    assertThat(publish(daemon, "acme", "build.b", "2")).contains("\"receivers\":1");
                    assertThat(follower.hear()).contains("\"build.b\"");
                }
            }
        }
    }

    @Test
    void aSlowOneIsToldHowManyItMissedAndSlowsNobody() throws Exception {
        int all = 600;
        try (Guest guest = guest("first");
                TestDaemon daemon = daemon("", guest);
                LocalProgram slow = new LocalProgram(socket("first")).awaitHost();
                LocalProgram quick = new LocalProgram(socket("first"))) {
            slow.ask(FOLLOW);
            quick.ask(FOLLOW);
            String data = "\"" + "x".repeat(4096) + "\"";
            for (int i = 0; i < all; i++) {
                publish(daemon, "acme", "build.done", data);
                assertThat(quick.hear()).startsWith("{\"type\":\"message\",\"id\":\"4\",");
            }

            assertThat(daemon.post("/api/v1/agents/a0/request/test.echo", "{\"data\":1}").body())
                    .contains("\"data\":1");
            int messages = count(slow, all);
            assertThat(messages).isBetween(10, all - 1);
        }
    }

    /** Reads until it knows of so many; returns how many of them came. */
    private static int count(LocalProgram program, int all) {
        try {
            int came = 0;
            int missed = 0;
            while (came + missed < all) {
                String line = program.hear();
                if (line.startsWith("{\"type\":\"missed\",\"id\":\"4\",\"missed\":")) {
                    missed += Integer.parseInt(line.replaceAll(".*:(\\d+)}", "$1"));
                } else {
                    assertThat(line).startsWith("{\"type\":\"message\",\"id\":\"4\",");
                    came++;
                }
            }
            assertThat(came + missed).isEqualTo(all);
            return came;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void areRefusedBeyondTheLimitsAndWithoutADaemon() throws Exception {
        try (Guest guest = guest("first");
                LocalProgram early = new LocalProgram(socket("first"))) {
            assertThat(early.ask(FOLLOW))
                    .contains(
                            "\"code\":\"no_host\"", "no host is connected that passes messages on");
            try (TestDaemon daemon =
                            daemon("\"subjects\": {\"max_agent_subscriptions\": 1},", guest);
                    LocalProgram program = new LocalProgram(socket("first")).awaitHost()) {
                assertThat(program.ask(FOLLOW)).isEqualTo(FOLLOWING);
                assertThat(program.ask(FOLLOW))
                        .contains("\"code\":\"overloaded\"", "(subjects.max_agent_subscriptions)");
                assertThat(program.ask("{\"type\":\"subscribe\",\"id\":\"4\",\"match\":\"a..b\"}"))
                        .contains("\"code\":\"invalid_message\"", "'a..b' matches no subject");
                assertThat(daemon.metric("culvert_subjects_subscribers")).isOne();
            }
            try (TestDaemon daemon = daemon("\"subjects\": {\"max_subscribers\": 0},", guest);
                    LocalProgram program = new LocalProgram(socket("first")).awaitHost()) {
                assertThat(program.ask(FOLLOW))
                        .contains("\"code\":\"overloaded\"", "(subjects.max_subscribers)");
                assertThat(daemon.metric("culvert_subjects_subscribers")).isZero();
            }
        }
    }
}
