package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AccountTest {
    private static final int KIB = 1024;
    private static final String KEY = "memory.max_held_bytes";

    private final Account account = new Account(new AccountLimits(KEY, 1_000 * KIB, 75));
    private final Shares<String> agents = new Shares<>(account, "memory.agent_share", () -> 40);
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<String> ended = new ArrayList<>();

    private Holding holding(String name, Share share) {
        return holding(name, share, 0);
    }

    /** Lets go of all but {@code kept} when it is told to. */
    private Holding holding(String name, Share share, long kept) {
        Holding[] made = new Holding[1];
        made[0] =
                share.open(
                        HeldKind.UNSENT,
                        loop::add,
                        exceeded -> {
                            ended.add(name + " for " + exceeded.key());
                            made[0].set(kept);
                        });
        return made[0];
    }

    private void runLoop() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    @Test
    void countsWhatIsHeldByKindAndByOwner() {
        account.whole().open(HeldKind.SNAPSHOTS, loop::add, _ -> {}).set(50 * KIB);
        Holding holding = holding("a", agents.of("one"));
        holding.set(100 * KIB);
        assertThat(account.heldBytes(HeldKind.UNSENT)).isEqualTo(100 * KIB);
        assertThat(account.heldBytes(HeldKind.SNAPSHOTS)).isEqualTo(50 * KIB);
        assertThat(account.whole().heldBytes()).isEqualTo(150 * KIB);
        assertThat(agents.of("one").heldBytes()).isEqualTo(100 * KIB);
        assertThat(agents.of("two").heldBytes()).isZero();
        holding.set(0);
        assertThat(account.whole().heldBytes()).isEqualTo(50 * KIB);
        assertThat(agents.of("one").heldBytes()).isZero();
    }

    @Test
    void doesNotCountWhatIsSmallerThanAGrain() {
        Holding holding = holding("a", agents.of("one"));
        holding.set(Account.GRAIN_BYTES - 1);
        assertThat(account.whole().heldBytes()).isZero();
        holding.set(10 * KIB);
        holding.set(10 * KIB + 100);
        assertThat(account.whole().heldBytes()).isEqualTo(10 * KIB);
        holding.set(100);
        assertThat(account.whole().heldBytes()).isZero();
    }

    @Test
    void isCrowdedFromItsHighMarkOn() {
        Holding holding = holding("a", account.whole());
        holding.set(749 * KIB);
        assertThat(account.whole().isCrowded()).isFalse();
        holding.set(755 * KIB);
        assertThat(account.whole().isCrowded()).isTrue();
        holding.set(0);
        assertThat(account.whole().isCrowded()).isFalse();
    }

    @Test
    void isNotCrowdedByWhatIsAboutToEnd() {
        Share part = account.share("part", "memory.body_share", () -> 40);
        for (int i = 0; i < 8; i++) {
            Holding holding = holding("body " + i, agents.of("client " + i));
            holding.countAlsoFor(part);
            holding.set(100 * KIB);
        }
        assertThat(account.whole().heldBytes()).isEqualTo(800 * KIB);
        assertThat(account.whole().isCrowded()).isFalse();
        runLoop();
        assertThat(ended).hasSize(4).allMatch(it -> it.endsWith(" for memory.body_share"));
        assertThat(account.whole().heldBytes()).isLessThanOrEqualTo(400 * KIB);
    }

    @Test
    void endsTheLargestOfAllWhenTheWholeIsExceeded() {
        for (int i = 0; i < 5; i++) {
            holding("small " + i, agents.of("agent " + i)).set(120 * KIB);
        }
        Holding large = holding("large", agents.of("one"));
        large.set(300 * KIB);
        Holding last = holding("last", agents.of("two"));
        last.set(101 * KIB);
        runLoop();
        assertThat(ended).containsExactly("large for " + KEY);
        assertThat(account.whole().heldBytes()).isEqualTo(701 * KIB);
        assertThat(account.ended(HeldKind.UNSENT)).isEqualTo(1);
    }

    @Test
    void endsOnlyHoldingsOfTheOwnerThatExceedsItsShare() {
        holding("neighbour", agents.of("two")).set(390 * KIB);
        holding("first", agents.of("one")).set(200 * KIB);
        holding("second", agents.of("one")).set(190 * KIB);
        holding("third", agents.of("one")).set(20 * KIB);
        runLoop();
        assertThat(ended).containsExactly("first for memory.agent_share");
    }

    @Test
    void endsOneForWhoeverItCountsForAsWell() {
        Holding holding = holding("answer", account.whole());
        holding.countAlsoFor(agents.of("one"));
        holding.set(300 * KIB);
        assertThat(agents.of("one").heldBytes()).isEqualTo(300 * KIB);
        holding.countAlsoFor(agents.of("two"));
        assertThat(agents.of("one").heldBytes()).isZero();
        assertThat(agents.of("two").heldBytes()).isEqualTo(300 * KIB);
        holding.set(420 * KIB);
        runLoop();
        assertThat(ended).containsExactly("answer for memory.agent_share");
        assertThat(agents.of("two").heldBytes()).isZero();
    }

    @Test
    void waitsForThoseThatAreAboutToLetGoBeforeItEndsMore() {
        holding("large", account.whole()).set(600 * KIB);
        Holding second = holding("second", account.whole());
        second.set(401 * KIB);
        second.set(450 * KIB);
        second.set(500 * KIB);
        runLoop();
        assertThat(ended).containsExactly("large for " + KEY);
    }

    @Test
    void sparesOneThatHasLetGoBeforeItWasTold() {
        Holding large = holding("large", account.whole());
        large.set(600 * KIB);
        Holding second = holding("second", account.whole());
        second.set(401 * KIB);
        large.set(0);
        runLoop();
        assertThat(ended).isEmpty();
        second.set(1_200 * KIB);
        runLoop();
        assertThat(ended).containsExactly("second for " + KEY);
    }

    @Test
    void measuresAgainBeforeItEndsOne() {
        Holding[] drained = new Holding[1];
        Holder holder =
                new Holder() {
                    @Override
                    public void measure() {
                        drained[0].set(10 * KIB);
                    }

                    @Override
                    public void onExcess(Share share) {
                        ended.add("drained");
                    }
                };
        drained[0] = account.whole().open(HeldKind.UNSENT, loop::add, holder);
        drained[0].set(900 * KIB);
        holding("other", account.whole()).set(101 * KIB);
        runLoop();
        assertThat(ended).isEmpty();
        assertThat(account.whole().heldBytes()).isEqualTo(111 * KIB);
    }

    @Test
    void holdsMoreOnceItsLimitIsRaised() {
        account.limit(new AccountLimits(KEY, 4_000 * KIB, 75));
        holding("a", agents.of("one")).set(1_500 * KIB);
        runLoop();
        assertThat(ended).isEmpty();
        assertThat(agents.of("one").limitBytes()).isEqualTo(1_600 * KIB);
    }

    @Test
    void returnsToNothingAfterManyThreadsHaveUsedIt() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                String name = "agent " + i % 2;
                threads.execute(() -> {
                    Queue<Runnable> safe = new ConcurrentLinkedQueue<>();
                    Holding[] made = new Holding[1];
                    made[0] = agents.of(name).open(HeldKind.BODIES, safe::add, _ -> made[0].set(0));
                    for (int round = 0; round < 20_000; round++) {
                        made[0].set(round % 97 * 7L * KIB);
                        for (Runnable task = safe.poll(); task != null; task = safe.poll()) {
                            task.run();
                        }
                    }
                    made[0].set(0);
                    done.countDown();
                });
            }
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(account.whole().heldBytes()).isZero();
        assertThat(account.heldBytes(HeldKind.BODIES)).isZero();
        assertThat(agents.of("agent 0").heldBytes()).isZero();
        assertThat(account.whole().excessBytes()).isEqualTo(-account.whole().limitBytes());
        assertThat(account.ended(HeldKind.BODIES)).isPositive();
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThatThrownBy(() -> new AccountLimits(KEY, 0, 75))
                .hasMessage("memory.max_held_bytes is 0: it must be at least 1");
        assertThatThrownBy(() -> new AccountLimits(KEY, 1, 101))
                .hasMessage("high_mark is 101%: it must be from 1% to 100%");
    }

    @Test
    void givesRoomInTheOrderInWhichItWasAskedForWithinEachShare() {
        List<String> granted = new ArrayList<>();
        Share one = agents.of("one");
        Holding held = holding("held", one);
        held.set(150 * KIB);
        Reservation first = one.reserve(140 * KIB, loop::add, () -> granted.add("first"));
        Reservation second = one.reserve(140 * KIB, loop::add, () -> granted.add("second"));
        one.reserve(20 * KIB, loop::add, () -> granted.add("third"));
        agents.of("two").reserve(140 * KIB, loop::add, () -> granted.add("other"));
        runLoop();
        assertThat(granted).containsExactly("first", "other");
        assertThat(first.isGranted()).isTrue();
        assertThat(second.isGranted()).isFalse();

        held.set(60 * KIB);
        runLoop();
        assertThat(granted).hasSize(2);
        first.used(50 * KIB);
        runLoop();
        assertThat(granted).containsExactly("first", "other", "second");
        first.release();
        runLoop();
        assertThat(granted).containsExactly("first", "other", "second", "third");
    }

    @Test
    void givesNoRoomToWhomNoLongerWantsIt() {
        List<String> granted = new ArrayList<>();
        Share one = agents.of("one");
        Reservation first = one.reserve(140 * KIB, loop::add, () -> granted.add("first"));
        one.reserve(140 * KIB, loop::add, () -> granted.add("second"));
        Reservation third = one.reserve(140 * KIB, loop::add, () -> granted.add("third"));
        one.reserve(140 * KIB, loop::add, () -> granted.add("fourth"));
        third.release();
        runLoop();
        assertThat(granted).containsExactly("first", "second");
        first.release();
        first.release();
        runLoop();
        assertThat(granted).containsExactly("first", "second", "fourth");
    }

    @Test
    void givesHalfOfAShareToWhomAllOfItWouldNotDo() {
        List<String> granted = new ArrayList<>();
        agents.of("one").reserve(10_000 * KIB, loop::add, () -> granted.add("large"));
        runLoop();
        assertThat(granted).containsExactly("large");
    }
}
