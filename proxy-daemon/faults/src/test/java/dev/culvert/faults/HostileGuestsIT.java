package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodDescriptor;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs hostile guests and clients beside honest ones on one daemon, one act after another. {@code
 * -Dhostile.whole=true} is the long form, which is twenty times as large. Only the long form judges
 * pace and punctuality. {@code -Dhostile.seed=N} gives other texts and another order.
 */
@TestMethodOrder(HostileGuestsIT.BySeed.class)
@Timeout(120)
class HostileGuestsIT {
    private static final boolean WHOLE = Boolean.getBoolean("hostile.whole");
    private static final long SEED = Long.getLong("hostile.seed", 20261121);

    /** By default everything shares one event loop. */
    private static final int EVENT_LOOPS = Integer.getInteger("hostile.loops", 1);

    private static final Duration BEFORE = Duration.ofMillis(WHOLE ? 4_000 : 800);
    private static final Duration HOLD = Duration.ofMillis(WHOLE ? 15_000 : 1_500);
    private static final Duration SLICE = Duration.ofMillis(WHOLE ? 500 : 200);
    private static final Duration MOST_TIME = Duration.ofMinutes(8);
    private static final int MEGABYTE = 1024 * 1024;
    private static final int ANSWER_BYTES = 15 * MEGABYTE;
    private static final String MESSAGE = "{\"role\":\"user\",\"content\":\"hi\"}";
    private static final String HEARTBEAT =
            "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"running\",\"uptime_secs\":1}}";
    private static final String COMPLAINT =
            "{\"type\":\"error\",\"id\":\"\",\"payload\":{\"code\":\"internal\",\"message\":\"no\"}}";

    /** The limit for one link that repeats itself. */
    private static final int LINES_A_SECOND = 5;

    /** The limit for things that are logged once each. */
    private static final int LINES = 20;

    /** The limit for one agent, however often its state changes. */
    private static final int EVENTS_A_SECOND = 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static HostileStage stage;
    private static long startNanos;

    /** The seed also decides the order, because all acts share one daemon. */
    static final class BySeed implements MethodOrderer {
        @Override
        public void orderMethods(MethodOrdererContext context) {
            context.getMethodDescriptors().sort(Comparator.comparingLong(BySeed::place));
        }

        private static long place(MethodDescriptor act) {
            return Draw.of(SEED, act.getMethod().getName().hashCode()).number();
        }
    }

    @BeforeAll
    static void start() throws IOException {
        System.out.printf(
                "== hostile guests, %s, seed %d, %d event loops, logs in %s%n",
                WHOLE ? "whole" : "a twentieth", SEED, EVENT_LOOPS, directory);
        startNanos = System.nanoTime();
        stage = new HostileStage(EVENT_LOOPS, directory);
    }

    /** The long form takes at most ten minutes, even if the daemon fails. */
    @BeforeEach
    void beginInTime() {
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(MOST_TIME);
    }

    @AfterEach
    void renew() throws IOException {
        stage.renew();
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @Test
    void streamsWhoseClientsStandStillHurtNobodyElse() throws Exception {
        try (Act act = act("streams whose clients stand still, poured out by their guests")) {
            AtomicLong poured = new AtomicLong();
            int count = count(700);
            act.enter("pours", Habits.pouring(poured, false));
            act.enter("pours-in-spite-of-credit", Habits.pouring(poured, true));
            act.awaitReady();
            act.play(() -> {
                try (StillClients _ = streams("pours", count);
                        StillClients _ = streams("pours-in-spite-of-credit", count)) {
                    Pause.of(HOLD);
                }
            });
            act.figure("twice %d streams, %d MB poured", count, poured.get() / MEGABYTE);
            act.end();
        }
    }

    private static StillClients streams(String agent, int count) throws IOException {
        byte[] request =
                KeptConnection.request("POST", "/api/v1/agents/" + agent + "/stream", MESSAGE);
        return new StillClients(endpoint(), count, request);
    }

    @Test
    void readersOfEventsThatStandStillHurtNobodyElse() throws Exception {
        try (Act act = act("readers of /events that stand still, in a large fleet")) {
            int count = count(300);
            byte[] events = KeptConnection.request("GET", "/api/v1/events", "");
            for (int i = 0; i < count(1_000); i++) {
                act.enter("quiet-" + i, Habits.quiet());
            }
            act.awaitReady();
            act.play(() -> {
                try (StillClients _ = new StillClients(endpoint(), count, events)) {
                    act.enter("flipper", new FlippingHabit());
                    Pause.of(HOLD);
                }
            });
            act.figure("%d readers, %d agents", count, act.agents().size());
            act.end();
        }
    }

    @Test
    void answersOfManyMegabytesComeThroughOrAreRefusedInWords() throws Exception {
        try (Act act = act("messages answered with 15 MB each")) {
            byte[] request =
                    KeptConnection.request("POST", "/api/v1/agents/talks/message", MESSAGE);
            Asked asked =
                    new Asked(
                            act,
                            connection -> {
                                connection.send(request);
                                int status = connection.answerWithout(MEGABYTE);
                                if (status == 200 && connection.length() < ANSWER_BYTES) {
                                    act.violation("an answer has %d bytes", connection.length());
                                }
                                return status;
                            });
            act.enter("talks", Habits.answering(ANSWER_BYTES));
            act.awaitReady();
            act.play(() -> again(() -> asked.ask(endpoint(), count(64))));
            asked.tell();
            act.end();
        }
    }

    @Test
    void conversationsForSlowGuestsAreHeldWithinTheAccount() throws Exception {
        try (Act act = act("conversations of 6 MB to fronts, for guests that take them slowly")) {
            Conversations conversations = new Conversations(act, stage, 6 * MEGABYTE);
            Asked asked = new Asked(act, conversations.question("takes-slowly"));
            SlowTaker slow = new SlowTaker(true);
            act.enter("takes-slowly", slow);
            act.enter("takes-no-more", new SlowTaker(false));
            act.awaitReady();
            conversations.watch();
            act.play(() ->
                    again(() -> {
                        conversations.leave("takes-no-more", Math.max(1, count(4)), SLICE);
                        asked.ask(endpoint(), Math.max(3, count(15)));
                    }));
            conversations.end();
            act.figure("%d MB taken in parts", slow.takenBytes() / MEGABYTE);
            if (slow.takenBytes() == 0) {
                act.violation("nothing was taken in parts");
            }
            asked.tell();
            act.end();
        }
    }

    @Test
    void everyUnfinishedBodyIsAnswered() throws Exception {
        try (Act act = act("bodies of 1 MiB that wait for their last byte")) {
            int count = count(540);
            String words = "x".repeat(MEGABYTE - 50);
            byte[] request =
                    KeptConnection.request(
                            "POST",
                            "/api/v1/agents/listens/message",
                            "{\"role\":\"user\",\"content\":\"" + words + "\"}");
            byte[] part = Arrays.copyOf(request, request.length - 1);
            byte[] rest = {request[request.length - 1]};
            Phaser sent = new Phaser(count);
            Asked asked =
                    new Asked(
                            act,
                            connection -> {
                                connection.send(part);
                                awaitAll(sent);
                                Pause.of(HOLD.dividedBy(4));
                                connection.send(rest);
                                return connection.answer();
                            });
            act.enter("listens", Habits.quiet());
            act.awaitReady();
            act.play(() -> again(() -> asked.ask(endpoint(), count)));
            asked.tell();
            act.end();
        }
    }

    /** Waits for all, but not too long. */
    private static void awaitAll(Phaser phaser) throws InterruptedException {
        try {
            phaser.awaitAdvanceInterruptibly(
                    phaser.arrive(), HOLD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // Then the requests do not all lack their last byte at the same time.
        }
    }

    @Test
    void heartbeatsWithHalfAMillionFeaturesTakeNoMemory() throws Exception {
        try (Act act = act("heartbeats with 500,000 features")) {
            Habit boasting = Habits.boasting(500_000, HOLD.dividedBy(5));
            act.play(() -> {
                for (int i = 0; i < Math.max(2, count(19)); i++) {
                    act.enter("boasts-" + i, boasting);
                }
                Pause.of(HOLD);
            });
            act.figure("%d guests", act.agents().size());
            act.end();
        }
    }

    @Test
    void configurationsForAgentsThatAreAwayHaveALimit() throws Exception {
        try (Act act = act("1 MB of configuration each for agents that are away")) {
            String note = "x".repeat(MEGABYTE - 50);
            String config = "{\"config\":{\"note\":\"" + note + "\"},\"tool_allowlist\":[]}";
            for (int i = 0; i < count(502); i++) {
                String nowhere = "tcp://127.1.%d.%d:1".formatted(i / 250, 1 + i % 250);
                act.enter("away-" + i, Endpoint.parse(nowhere));
            }
            Queue<String> agents = new ConcurrentLinkedQueue<>(act.agents());
            Asked asked =
                    new Asked(
                            act,
                            connection -> {
                                String target = "/api/v1/agents/" + agents.remove() + "/config";
                                return connection.ask(
                                        KeptConnection.request("PUT", target, config));
                            });
            act.play(() -> {
                while (!agents.isEmpty()) {
                    asked.ask(endpoint(), 1);
                }
                Pause.of(HOLD.dividedBy(2));
            });
            asked.tell();
            act.end();
        }
    }

    @Test
    void nobodyWritesIntoTheLogWhatHeLikes() throws Exception {
        try (Act act = act("line breaks, controls and thousands of characters in every field")) {
            Scribbles scribbles = new Scribbles(SEED);
            act.play(() -> {
                for (Habit habit : scribbles.habits()) {
                    act.enter("scribbles-" + act.agents().size(), habit);
                }
                scribbles.provoke(endpoint(), act.agents());
                scribbles.scribble(endpoint());
            });
            List<String> scribbled = act.log().scribbled(scribbles.forged());
            act.figure(
                    "%d guests; %d lines quote them, %d are scribbled",
                    act.agents().size(), act.log().quoting("forged"), scribbled.size());
            act.violations("logged", scribbled.stream().map(DaemonLog::shown).toList());
            act.end();
        }
    }

    @Test
    void complaintsAndChangesOfMindAreFewInLogAndEvents() throws Exception {
        FlippingHabit flipping = new FlippingHabit();
        try (Act act = act("complaints, and ready and draining in turn, at full speed");
                EventReaders readers = new EventReaders(endpoint(), 50, "flips")) {
            act.play(() -> {
                act.enter("complains", Habits.repeating(COMPLAINT));
                act.enter("flips", flipping);
                Pause.of(HOLD);
            });
            flipping.stop();
            long events = readers.mostEvents();
            int lines = act.log().lines().size();
            double seconds = HOLD.toMillis() / 1e3;
            act.figure("%d lines, %d events of one agent, in %.1f s", lines, events, seconds);
            if (lines > LINES + act.agents().size() * LINES_A_SECOND * seconds) {
                act.violation("%d lines logged", lines);
            }
            if (events > EVENTS_A_SECOND * (1 + seconds)) {
                act.violation("%d events of one agent", events);
            }
            if (!readers.allSee("ready")) {
                act.violation("not every reader of events knows the last state");
            }
            act.violations("a reader of events was cut", readers.ended());
            act.end();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "hostile.whole", matches = "true")
    void aFlooderLeavesItsNeighbourItsPace() throws Exception {
        try (Act act = act("a guest that floods")) {
            FloodAct flood = new FloodAct(act, stage.daemon(), SLICE);
            flood.play("heartbeats", HEARTBEAT);
            if (WHOLE) {
                String much = "x".repeat(MEGABYTE);
                flood.play("small-frames", "{\"type\":\"gossip\",\"payload\":\"\"}");
                flood.play("large-frames", "{\"type\":\"gossip\",\"payload\":\"" + much + "\"}");
            }
            act.end();
        }
    }

    private static Act act(String name) {
        return new Act(stage, name, BEFORE, WHOLE);
    }

    private static Endpoint endpoint() {
        return stage.daemon().endpoint();
    }

    private static int count(int whole) {
        return WHOLE ? whole : whole / 20;
    }

    /** Runs it at least once, and until the act is over. */
    private static void again(Act.Deed deed) throws Exception {
        long end = System.nanoTime() + HOLD.toNanos();
        do {
            deed.play();
        } while (end - System.nanoTime() > 0);
    }
}
