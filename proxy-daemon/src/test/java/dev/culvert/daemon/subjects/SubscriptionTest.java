package dev.culvert.daemon.subjects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.SubjectSettings;
import dev.culvert.daemon.subjects.SubjectObserver.Source;
import dev.culvert.daemon.subjects.Subscription.Message;
import dev.culvert.daemon.subjects.Subscription.Missed;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    private final AtomicInteger missed = new AtomicInteger();
    private final AtomicInteger wakes = new AtomicInteger();

    private Subjects subjects(int subscribers, int queued, int queuedBytes) {
        SubjectSettings settings =
                new SubjectSettings(
                        1 << 10, subscribers, 9, queued, queuedBytes, 1, Duration.ofSeconds(1));
        return new Subjects(
                () -> settings,
                new SubjectObserver() {
                    @Override
                    public void onMissed() {
                        missed.incrementAndGet();
                    }
                });
    }

    private Subscription subscribe(Subjects subjects, String tenant, String match) {
        return Objects.requireNonNull(
                subjects.subscribe(tenant, SubjectMatch.of(match), wakes::incrementAndGet));
    }

    private static Subjects.Reach publish(Subjects subjects, String tenant, String subject) {
        ByteBuf data = Unpooled.copiedBuffer("1", UTF_8);
        return subjects.publish(tenant, Note.of(new Subject(subject), data), Source.CLIENT);
    }

    /** The subjects of the messages that wait, and how many are missing. */
    private static List<String> items(Subscription from) {
        List<String> items = new ArrayList<>();
        for (var item = from.next(); item != null; item = from.next()) {
            items.add(
                    switch (item) {
                        case Message(ByteBuf json) ->
                                json.toString(UTF_8).replaceAll(".*ject\":\"(.*?)\".*", "$1");
                        case Missed(long count) -> count + " missed";
                    });
        }
        return items;
    }

    @Test
    void eachFollowerGetsWhatItMatchesInOrder() {
        Subjects subjects = subjects(9, 9, 1 << 20);
        Subscription builds = subscribe(subjects, "t", "build.*");
        Subscription all = subscribe(subjects, "t", ">");

        assertThat(publish(subjects, "t", "build.a")).isEqualTo(new Subjects.Reach(2, 0));
        assertThat(publish(subjects, "t", "b")).isEqualTo(new Subjects.Reach(1, 0));
        assertThat(publish(subjects, "t", "build.c")).isEqualTo(new Subjects.Reach(2, 0));

        assertThat(items(builds)).containsExactly("build.a", "build.c");
        assertThat(items(all)).containsExactly("build.a", "b", "build.c");
        assertThat(all.heldBytes()).isZero();
    }

    @Test
    void tenantsAreWalls() {
        Subjects subjects = subjects(9, 9, 1 << 20);
        Subscription theirs = subscribe(subjects, "other", ">");

        assertThat(publish(subjects, "t", "a")).isEqualTo(new Subjects.Reach(0, 0));

        assertThat(items(theirs)).isEmpty();
    }

    @Test
    void whoeverIsSlowIsToldHowManyItMissedAndWhere() {
        Subjects subjects = subjects(9, 2, 1 << 20);
        Subscription slow = subscribe(subjects, "t", ">");
        for (String subject : List.of("a", "b", "c", "d", "e")) {
            publish(subjects, "t", subject);
        }
        assertThat(slow.next()).isInstanceOf(Message.class);
        assertThat(publish(subjects, "t", "f")).isEqualTo(new Subjects.Reach(1, 0));
        assertThat(publish(subjects, "t", "g")).isEqualTo(new Subjects.Reach(0, 1));

        assertThat(items(slow)).containsExactly("b", "3 missed", "f", "1 missed");
        assertThat(missed).hasValue(4);
    }

    @Test
    void bytesAreLimitedToo() {
        Subjects subjects = subjects(9, 100, 150);
        Subscription slow = subscribe(subjects, "t", ">");

        assertThat(publish(subjects, "t", "a").receivers()).isOne();
        assertThat(publish(subjects, "t", "b").receivers()).isOne();
        assertThat(publish(subjects, "t", "c").missed()).isOne();

        assertThat(slow.heldBytes()).isBetween(100L, 150L);
        assertThat(items(slow)).containsExactly("a", "b", "1 missed");
    }

    @Test
    void isWokenOnceUntilItLooks() {
        Subjects subjects = subjects(9, 9, 1 << 20);
        Subscription follower = subscribe(subjects, "t", ">");

        publish(subjects, "t", "a");
        publish(subjects, "t", "b");
        assertThat(wakes).hasValue(1);

        items(follower);
        publish(subjects, "t", "c");
        assertThat(wakes).hasValue(2);
    }

    @Test
    void thereAreAsManySubscribersAsTheSettingsAllow() {
        Subjects subjects = subjects(1, 9, 1 << 20);
        Subscription first = subscribe(subjects, "t", ">");
        assertThat(subjects.subscribe("u", SubjectMatch.of("a"), () -> {})).isNull();

        subjects.unsubscribe(first);
        subjects.unsubscribe(first);

        assertThat(subjects.subscribers()).isZero();
        assertThat(publish(subjects, "t", "a").receivers()).isZero();
        subscribe(subjects, "u", "a");
    }

    @Test
    void testEchoRepliesToWhoeverAsks() {
        Subjects subjects = subjects(9, 9, 1 << 20);
        Subscription inbox = subscribe(subjects, "t", "inbox.mine");
        ByteBuf data = Unpooled.copiedBuffer("\"hi\"", UTF_8);
        Note ask = new Note(Subject.ECHO, Subject.inbox("mine"), null, data, Instant.EPOCH);

        assertThat(subjects.publish("t", ask, Source.CLIENT)).isEqualTo(new Subjects.Reach(1, 0));

        assertThat(inbox.next())
                .isInstanceOfSatisfying(
                        Message.class,
                        it ->
                                assertThat(it.json().toString(UTF_8))
                                        .startsWith(
                                                "{\"subject\":\"inbox.mine\",\"data\":\"hi\","));
    }
}
