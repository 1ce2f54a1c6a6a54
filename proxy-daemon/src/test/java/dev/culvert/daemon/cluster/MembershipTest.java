package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.cluster.Membership.State;
import dev.culvert.daemon.config.ClusterSettings;
import dev.culvert.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MembershipTest {
    private final FakeRegistry registry = new FakeRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger updates = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final ClusterObserver observer =
            new ClusterObserver() {
                @Override
                public void onUpdate() {
                    updates.incrementAndGet();
                }

                @Override
                public void onRefused() {
                    refused.incrementAndGet();
                }

                @Override
                public void onFailure() {
                    failures.incrementAndGet();
                }
            };
    private final List<Membership> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Membership::close);
    }

    private static ClusterSettings settings(int mostHosts) {
        return new ClusterSettings(
                List.of("nats://registry"),
                Optional.empty(),
                Optional.of("https://host"),
                ClusterSettings.DEFAULTS.login(),
                "culvert",
                Duration.ofMillis(500),
                1,
                mostHosts,
                Duration.ofSeconds(30));
    }

    private static ClusterHost host(String name, String epoch) {
        return new ClusterHost(
                name,
                "https://" + name + ".example.org:8470",
                "0.1.0",
                epoch,
                false,
                Instant.EPOCH,
                3,
                2);
    }

    private Membership member(String name, String epoch) {
        return member(name, epoch, 10);
    }

    private Membership member(String name, String epoch, int mostHosts) {
        Membership membership =
                new Membership(
                        settings(mostHosts),
                        registry,
                        () -> host(name, epoch),
                        observer,
                        nanos::get,
                        List.of());
        opened.add(membership);
        membership.start();
        return membership;
    }

    private static void awaitState(Membership membership, State state) {
        Eventually.await(() -> assertThat(membership.now().state()).isEqualTo(state));
    }

    private static List<String> names(Membership membership) {
        return membership.others().stream()
                .map(it -> it.host().name() + " " + it.state().label())
                .sorted()
                .toList();
    }

    @Test
    void hostsHearOfEachOther() {
        Membership a = member("a", "1");
        Membership b = member("b", "2");
        Eventually.await(() -> assertThat(names(a)).containsExactly("b online"));
        Eventually.await(() -> assertThat(names(b)).containsExactly("a online"));
        assertThat(a.isReady()).isTrue();
        assertThat(a.holdsBack()).isFalse();
        assertThat(a.others().getFirst().host()).isEqualTo(host("b", "2"));
        assertThat(updates.get()).isPositive();

        b.close();

        Eventually.await(() -> assertThat(names(a)).isEmpty());
        assertThat(registry.host("b")).isEmpty();
    }

    @Test
    void aHostThatDiesHasGoneAfterItsLifetimeByTheClockOfWhoLooks() {
        Membership a = member("a", "1");
        awaitState(a, State.MEMBER);
        registry.put("b", HostText.write(host("b", "2")));
        Eventually.await(() -> assertThat(names(a)).containsExactly("b online"));
        registry.expire("b");

        nanos.addAndGet(Duration.ofMillis(1_400).toNanos());
        long beats = registryBeats();
        Eventually.await(() -> assertThat(registryBeats()).isGreaterThan(beats + 1));
        assertThat(names(a)).containsExactly("b online");
        nanos.addAndGet(Duration.ofMillis(101).toNanos());

        Eventually.await(() -> assertThat(names(a)).isEmpty());
    }

    private long registryBeats() {
        registry.put("beat", new byte[0]);
        return refused.get();
    }

    @Test
    void withoutItsRegistryAHostGoesOnAndKnowsTheOthersAsTheyWere() {
        Membership a = member("a", "1");
        Membership b = member("b", "2");
        Eventually.await(() -> assertThat(names(a)).containsExactly("b online"));
        Eventually.await(() -> assertThat(names(b)).containsExactly("a online"));

        registry.goAway();
        awaitState(a, State.AWAY);
        awaitState(b, State.AWAY);
        nanos.addAndGet(Duration.ofMinutes(10).toNanos());
        Eventually.await(() -> assertThat(names(a)).containsExactly("b unknown"));
        assertThat(a.now().problem()).contains("nobody answers at nats://registry");
        assertThat(a.isReady()).isTrue();
        assertThat(a.silence()).isGreaterThanOrEqualTo(Duration.ofMinutes(10));
        assertThat(failures.get()).isPositive();

        b.close();
        registry.expire("a");
        registry.expire("b");
        registry.comeBack();

        awaitState(a, State.MEMBER);
        Eventually.await(() -> assertThat(names(a)).isEmpty());
        assertThat(registry.host("a")).contains(host("a", "1"));
    }

    @Test
    void aRegistryThatTakesHeartbeatsAndTellsNothingIsLeftForANewConnection() {
        Membership a = member("a", "1");
        awaitState(a, State.MEMBER);
        int before = registry.connects();

        registry.fallSilent();
        registry.put("b", HostText.write(host("b", "2")));

        Eventually.await(() -> assertThat(names(a)).containsExactly("b online"));
        assertThat(registry.connects()).isGreaterThan(before);
        awaitState(a, State.MEMBER);
    }

    @Test
    void aHostThatWasAwayForAMomentTakesItsOwnEntryAgain() {
        Membership a = member("a", "1");
        awaitState(a, State.MEMBER);
        registry.goAway();
        awaitState(a, State.AWAY);
        registry.comeBack();
        awaitState(a, State.MEMBER);
        assertThat(registry.host("a")).contains(host("a", "1"));
    }

    @Test
    void theSecondHostOfANameIsRefusedInWordsUntilTheFirstHasGone() {
        Membership first = member("a", "1");
        awaitState(first, State.MEMBER);
        Membership second = member("a", "2");
        Eventually.await(() ->
                assertThat(second.now().problem())
                        .isEqualTo(
                                "another host at https://a.example.org:8470 has the name a: give one of them another cluster.name, and restart it"));
        assertThat(second.now().state()).isEqualTo(State.REFUSED);
        assertThat(first.now().state()).isEqualTo(State.MEMBER);
        assertThat(registry.host("a")).contains(host("a", "1"));

        first.close();

        awaitState(second, State.MEMBER);
        assertThat(registry.host("a")).contains(host("a", "2"));
    }

    @Test
    void aHostThatWasKilledIsBackWhenItsFormerEntryHasGone() {
        registry.put("a", HostText.write(host("a", "1")));
        Membership again = member("a", "2");
        Eventually.await(() ->
                assertThat(again.now().problem())
                        .contains("if that was this host before, it goes"));
        registry.expire("a");
        awaitState(again, State.MEMBER);
    }

    @Test
    void readinessWaitsForTheRegistryAndNoLongerThanItsWait() {
        registry.goAway();
        Membership a = member("a", "1");
        Eventually.await(() -> assertThat(registry.connects()).isGreaterThan(1));
        assertThat(a.now().state()).isEqualTo(State.JOINING);
        assertThat(a.holdsBack()).isTrue();
        assertThat(a.isReady()).isFalse();

        nanos.addAndGet(Duration.ofSeconds(31).toNanos());

        assertThat(a.holdsBack()).isFalse();
        assertThat(a.isReady()).isFalse();
        registry.comeBack();
        Eventually.await(() -> assertThat(a.isReady()).isTrue());
    }

    @Test
    void whatCannotBeReadAndWhatIsTooMuchIsCountedAndPassedOver() {
        registry.put("b", "nonsense".getBytes(UTF_8));
        registry.put("c", HostText.write(host("c", "3")));
        registry.put("d", HostText.write(host("d", "4")));
        Membership a = member("a", "1", 1);
        Eventually.await(() -> assertThat(names(a)).containsExactly("c online"));
        assertThat(refused.get()).isEqualTo(2);
        assertThat(a.size()).isEqualTo(1);
    }
}
