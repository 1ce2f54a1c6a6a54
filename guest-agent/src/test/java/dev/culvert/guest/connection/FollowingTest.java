package dev.culvert.guest.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.subjects.Follower;
import dev.culvert.subject.Note;
import dev.culvert.subject.SubjectMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a guest does for programs that follow subjects, over the links that come and go. */
class FollowingTest {
    private static final String OFFER = "{\"subjects\":true,\"subscriptions\":true}";

    private final EmbeddedAgent agent = new EmbeddedAgent(new ScriptedLlm());
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void close() {
        agent.close();
    }

    private final class Recorder implements Follower {
        @Override
        public void onFollowing() {
            told.add("following");
        }

        @Override
        public void onMessage(Note message) {
            told.add(
                    message.subject()
                            + " "
                            + message.agent()
                            + " "
                            + message.data().toString(UTF_8));
        }

        @Override
        public void onMissed(long count) {
            told.add("missed " + count);
        }

        @Override
        public void onGap(String why) {
            told.add("gap " + why.replaceAll(".*in the last (.*) s may.*", "$1"));
        }

        @Override
        public void onEnded(String code, String why) {
            told.add("ended " + code);
        }
    }

    private Runnable follow(String match) {
        return agent.subjects().follow(SubjectMatch.of(match), new Recorder());
    }

    private EmbeddedHost host() {
        EmbeddedHost host = agent.connect();
        host.send("ping", "p", OFFER);
        host.all();
        return host;
    }

    private static String subscribe(int id, String match) {
        return "{\"type\":\"subscribe\",\"id\":\"s-%d\",\"payload\":{\"match\":\"%s\"}}"
                .formatted(id, match);
    }

    private static String unsubscribe(int id) {
        return "{\"type\":\"unsubscribe\",\"id\":\"s-" + id + "\",\"payload\":{}}";
    }

    private static void agree(EmbeddedHost host, int id) {
        host.send("reply", "s-" + id, "{\"data\":{}}");
    }

    @Test
    void aProgramGetsWhatTheHostPassesOnAndIsToldWhatIsMissing() {
        try (EmbeddedHost host = host()) {
            Runnable end = follow("build.*");
            assertThat(host.all()).containsExactly(subscribe(1, "build.*"));

            agree(host, 1);
            host.send("publish", "s-1", "{\"subject\":\"build.a\",\"agent\":\"web\",\"data\":[1]}");
            host.send("publish", "s-1", "{\"subject\":\"build.b\",\"agent\":\"<x>\",\"data\":2}");
            host.send("missed", "s-1", "{\"missed\":3}");

            assertThat(told)
                    .containsExactly("following", "build.a web [1]", "build.b null 2", "missed 3");

            end.run();
            end.run();
            assertThat(host.all()).containsExactly(unsubscribe(1));
            host.send("publish", "s-1", "{\"subject\":\"build.c\",\"data\":1}");
            assertThat(told).hasSize(4);
        }
    }

    @Test
    void whatCannotBeUnderstoodIsIgnored() {
        try (EmbeddedHost host = host()) {
            follow("build.*");
            agree(host, 1);
            for (String bad :
                    List.of(
                            "{}",
                            "{\"subject\":\"build.a\"}",
                            "{\"subject\":\"a..b\",\"data\":1}",
                            "{\"subject\":5,\"data\":1}")) {
                host.send("publish", "s-1", bad);
            }
            for (String bad : List.of("{}", "{\"missed\":-1}", "{\"missed\":\"3\"}")) {
                host.send("missed", "s-1", bad);
            }
            host.send("publish", "s-2", "{\"subject\":\"build.a\",\"data\":1}");

            assertThat(told).containsExactly("following");
            assertThat(host.isConnected()).isTrue();
        }
    }

    @Test
    void aLostLinkIsAGapUntilTheNextOneGoesOn() {
        EmbeddedHost first = host();
        follow("a");
        agree(first, 1);
        first.close();
        agent.pass(Duration.ofMillis(2_500));

        try (EmbeddedHost second = host2()) {
            agree(second, 2);
            second.send("publish", "s-2", "{\"subject\":\"a\",\"data\":1}");

            assertThat(told).containsExactly("following", "gap 2.5", "a null 1");
        }
    }

    private EmbeddedHost host2() {
        EmbeddedHost second = agent.connect();
        second.next(); // its heartbeat
        second.send("ping", "p", OFFER);
        assertThat(second.all()).contains(subscribe(2, "a"));
        return second;
    }

    @Test
    void theNewestLinkCarriesItAndTheOneBeforeWhenThatIsLost() {
        try (EmbeddedHost first = host()) {
            follow("a");
            agree(first, 1);
            first.all();

            EmbeddedHost second = host2();
            assertThat(first.all()).containsExactly(unsubscribe(1));
            agree(second, 2);
            second.send("ping", "p", OFFER);
            assertThat(second.all()).noneMatch(it -> it.contains("subscribe"));
            second.close();

            assertThat(first.all()).containsExactly(subscribe(3, "a"));
            agree(first, 3);
            assertThat(told).containsExactly("following", "gap 0.0", "gap 0.0");
        }
    }

    @Test
    void aHostThatPassesNothingOnIsNotAsked() {
        try (EmbeddedHost host = agent.connect()) {
            follow("a");
            host.send("ping", "p", "{\"subjects\":true}");
            follow("a");

            assertThat(told).containsExactly("ended no_host", "ended no_host");
            assertThat(host.all()).noneMatch(it -> it.contains("subscribe"));
        }
    }

    @Test
    void aRefusalALostLinkAndATimeoutEndWhatNeverBegan() {
        EmbeddedHost host = host();
        follow("a");
        host.send("error", "s-1", "{\"code\":\"overloaded\",\"message\":\"too many\"}");
        follow("b");
        agent.pass(agent.settings().subjects().timeout());
        assertThat(host.all()).contains(unsubscribe(2));
        follow("c");
        host.close();

        assertThat(told).containsExactly("ended overloaded", "ended timed_out", "ended link_lost");
    }

    @Test
    void theHostMayEndIt() {
        try (EmbeddedHost host = host()) {
            follow("a");
            agree(host, 1);

            host.send("error", "s-1", "{\"code\":\"overloaded\",\"message\":\"too much is held\"}");

            assertThat(told).containsExactly("following", "ended overloaded");
        }
    }
}
