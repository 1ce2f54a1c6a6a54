package dev.culvert.daemon.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.WebhookSettings;
import dev.culvert.daemon.webhooks.WebhookObserver.Outcome;
import dev.culvert.io.Workers;
import dev.culvert.settings.SecretSource;
import dev.culvert.testing.CapturedLog;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The clock is the test's, and each message waits until the test says how it went. */
class HookTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

    /** The largest wait that a pace can choose. */
    private static final RandomGenerator LONGEST = () -> 0;

    private record Sent(Delivery delivery, Consumer<Attempt> then) {}

    private static final class Kept implements DeliveryStore {
        final Map<String, Row> rows = new TreeMap<>();

        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public synchronized List<Row> read() {
            return List.copyOf(rows.values());
        }

        @Override
        public synchronized void save(Collection<Row> changed, Collection<String> gone) {
            gone.forEach(rows::remove);
            changed.forEach(row -> rows.put(row.id(), row));
        }
    }

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Workers workers = new Workers("test", 1, 16);
    private final Kept store = new Kept();
    private final DeliveryKeeper keeper = new DeliveryKeeper(store, workers, channel.eventLoop());
    private final List<Sent> sent = new ArrayList<>();
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private Instant now = START;
    private int made;

    private final Hook.Surroundings around =
            new Hook.Surroundings(
                    channel.eventLoop(),
                    (_, delivery, then) -> sent.add(new Sent(delivery, then)),
                    keeper,
                    outcome -> counts.merge(outcome, 1, Integer::sum),
                    new Pace(Duration.ofSeconds(1), Duration.ofMinutes(5), LONGEST),
                    () -> now);

    @AfterEach
    void close() {
        channel.close();
        keeper.close();
        workers.close();
    }

    private static WebhookSettings settings(Duration maxAge, int maxAttempts, int maxWaiting) {
        return new WebhookSettings(
                "pager",
                URI.create("http://127.0.0.1:1/secret"),
                new SecretSource.FromVariable("NONE"),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(1),
                maxAge,
                maxAttempts,
                maxWaiting);
    }

    private Hook hook() {
        return new Hook(around, settings(Duration.ofDays(1), 50, 1_000));
    }

    private Delivery next() {
        made++;
        return new Delivery("msg_" + made, "pager", "agent.offline", now, "{}", 0, now, null);
    }

    private void add(Hook hook) {
        hook.add(next());
        channel.runPendingTasks();
    }

    private void pass(Duration time) {
        now = now.plus(time);
        channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private void end(int which, Attempt attempt) {
        sent.get(which).then().accept(attempt);
        channel.runPendingTasks();
    }

    private static Attempt failed(String why) {
        return new Attempt.Failed(why, Duration.ZERO);
    }

    private int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    private List<String> sentIds() {
        return sent.stream().map(it -> it.delivery().id()).toList();
    }

    @Test
    void sendsOneMessageAfterTheOther() {
        Hook hook = hook();
        add(hook);
        add(hook);
        assertThat(sentIds()).containsExactly("msg_1");

        end(0, new Attempt.Taken(204));

        assertThat(sentIds()).containsExactly("msg_1", "msg_2");
        assertThat(count(Outcome.DELIVERED)).isOne();
        assertThat(hook.waiting()).isOne();
    }

    @Test
    void triesAgainAfterWaitsThatDouble() {
        Hook hook = hook();
        add(hook);
        end(0, failed("503"));
        pass(Duration.ofMillis(999));
        assertThat(sent).hasSize(1);
        pass(Duration.ofMillis(2));
        assertThat(sent).hasSize(2);

        end(1, failed("503"));
        pass(Duration.ofMillis(1_999));
        assertThat(sent).hasSize(2);
        pass(Duration.ofMillis(2));

        assertThat(sentIds()).containsExactly("msg_1", "msg_1", "msg_1");
        assertThat(hook.fails()).isTrue();
        end(2, new Attempt.Taken(200));
        assertThat(hook.fails()).isFalse();
    }

    @Test
    void leavesAReceiverAloneForAsLongAsItWants() {
        Hook hook = hook();
        add(hook);
        end(0, new Attempt.Failed("429", Duration.ofSeconds(30)));

        pass(Duration.ofSeconds(29));
        assertThat(sent).hasSize(1);
        pass(Duration.ofMillis(1_001));

        assertThat(sent).hasSize(2);
    }

    @Test
    void aMessageThatTheReceiverCannotReadDoesNotHoldUpTheOthers() {
        Hook hook = hook();
        add(hook);
        add(hook);
        end(0, failed("400"));
        pass(Duration.ofMillis(1_001));
        end(1, failed("400"));
        pass(Duration.ofSeconds(3));

        assertThat(sentIds()).contains("msg_2");
    }

    @Test
    void givesUpWhatWasTriedTooOften() {
        Hook hook = new Hook(around, settings(Duration.ofDays(1), 2, 10));
        add(hook);
        end(0, failed("500"));
        pass(Duration.ofSeconds(2));

        end(1, failed("500"));

        assertThat(count(Outcome.GIVEN_UP)).isOne();
        assertThat(hook.waiting()).isZero();
        assertThat(hook.report().past().getFirst().how()).contains("2 times", "500");
    }

    @Test
    void givesUpWhatIsTooOld() {
        Hook hook = new Hook(around, settings(Duration.ofMinutes(1), 50, 10));
        add(hook);
        end(0, new Attempt.Failed("503", Duration.ofMinutes(2)));

        pass(Duration.ofMinutes(3));

        assertThat(sent).hasSize(1);
        assertThat(count(Outcome.GIVEN_UP)).isOne();
        assertThat(hook.report().past().getFirst().how()).contains("webhooks.max_age");
    }

    @Test
    void aReceiverThatIsGoneGetsAMessageOnce() {
        Hook hook = hook();
        add(hook);

        end(0, new Attempt.Unwanted("the receiver answered 410"));

        assertThat(hook.waiting()).isZero();
        assertThat(count(Outcome.GIVEN_UP)).isOne();
    }

    @Test
    void losesWhatDoesNotFitAndSaysSoOnce() {
        Hook hook = new Hook(around, settings(Duration.ofDays(1), 50, 1));
        try (CapturedLog log = new CapturedLog()) {
            add(hook);
            add(hook);
            add(hook);
            add(hook);

            assertThat(count(Outcome.LOST)).isEqualTo(2);
            assertThat(log.text())
                    .containsOnlyOnce("webhooks.max_waiting")
                    .doesNotContain("/secret");
        }
    }

    @Test
    void whatWasNotDeliveredIsInTheStoreWithItsAttempts() throws Exception {
        Hook hook = hook();
        add(hook);
        add(hook);
        end(0, failed("503"));
        keeper.close();

        assertThat(store.read()).hasSize(2);
        Delivery tried = DeliveryText.of(store.read().getFirst());
        assertThat(tried.id()).isEqualTo("msg_1");
        assertThat(tried.attempts()).isOne();
        assertThat(tried.trouble()).isEqualTo("503");
        assertThat(tried.body()).isEqualTo("{}");
    }

    @Test
    void aWebhookThatIsNoSettingAnyMoreForgetsItsMessages() {
        Hook hook = hook();
        add(hook);
        add(hook);

        hook.remove();
        end(0, failed("503"));
        keeper.close();

        assertThat(hook.waiting()).isZero();
        assertThat(sent).hasSize(1);
        assertThat(store.read()).isEmpty();
    }
}
