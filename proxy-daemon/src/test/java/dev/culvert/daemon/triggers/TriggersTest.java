package dev.culvert.daemon.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.config.Schedule;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.config.SubjectSettings;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.config.TriggerSettings.Cause;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowObserver;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.MemoryFlows;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.flows.StepKinds;
import dev.culvert.daemon.flows.WaitStep;
import dev.culvert.daemon.subjects.SubjectObserver;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.daemon.triggers.TriggerObserver.Outcome;
import dev.culvert.io.Workers;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import dev.culvert.testing.CapturedLog;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that start real flows, with a clock of the test. */
@Timeout(30)
class TriggersTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:30Z");

    @TempDir Path folder;

    private final EventLoops loops = EventLoops.start(1, "triggers");
    private final Workers workers = new Workers("test", 2, 16);
    private final MemoryFlows store = new MemoryFlows();
    private final Subjects subjects =
            new Subjects(() -> SubjectSettings.DEFAULTS, SubjectObserver.NONE);
    private final Map<Outcome, Integer> counts = new ConcurrentHashMap<>();
    private volatile Instant now = START;
    private Flows flows;
    private Triggers triggers;

    @BeforeEach
    void start() throws Exception {
        write("quick", "\"steps\": {\"a\": {\"wait\": {\"for\": \"0s\"}}}");
        write("slow", "\"steps\": {\"a\": {\"wait\": {\"for\": \"1h\"}}}");
        write(
                "told",
                "\"inputs\": {\"event\": {\"type\": \"object\"}, \"n\": {\"type\": \"integer\"}},"
                        + " \"steps\": {\"a\": {\"wait\": {\"for\": \"0s\"}}},"
                        + " \"outputs\": {\"data\": \"${inputs.event.data}\", \"n\": \"${inputs.n}\"}");
        flows = flows();
        triggers = triggers();
    }

    private void write(String name, String members) throws Exception {
        Files.writeString(
                folder.resolve(name + ".jsonc"), "{\"name\": \"" + name + "\", " + members + "}");
    }

    private FlowSettings settings() {
        FlowSettings it = FlowSettings.DEFAULTS;
        return new FlowSettings(
                Optional.of(folder),
                it.env(),
                it.maxRuns(),
                it.maxSteps(),
                it.maxEach(),
                it.eachParallel(),
                it.maxFileBytes(),
                it.maxOutputBytes(),
                it.maxJournalBytes(),
                it.keep(),
                it.keepCache(),
                it.stepTimeout(),
                it.maxForwards(),
                it.shell(),
                it.mcp());
    }

    private final StepKinds kinds = new StepKinds(List.of(new WaitStep()));

    private Flows flows() {
        return new Flows(
                store, this::settings, kinds, workers, loops.group(), FlowObserver.NONE, _ -> null);
    }

    private Triggers triggers() {
        Starter starter =
                new Starter(
                        flows,
                        new FlowFolder(this::settings, kinds),
                        outcome -> counts.merge(outcome, 1, Integer::sum));
        return new Triggers(starter, subjects, workers, loops.next(), () -> now);
    }

    @AfterEach
    void close() {
        triggers.close();
        flows.close();
        loops.close();
        workers.close();
    }

    private static TriggerSettings trigger(String flow, Cause cause, boolean overlaps) {
        return new TriggerSettings(
                "t",
                flow,
                "acme",
                Set.of(Scope.AGENTS_READ),
                cause,
                flow.equals("told") ? "{\"n\": 1}" : "{}",
                flow.equals("told") ? Optional.of("event") : Optional.empty(),
                overlaps);
    }

    private static Cause every(String text) {
        return new Cause.At(Schedule.parse(text));
    }

    private List<RunRecord> runs() {
        return flows.of(Caller.ANYBODY);
    }

    private int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    @Test
    void aMessageOnItsSubjectStartsAFlowWithTheMessageAsItsInput() {
        triggers.use(List.of(trigger("told", new Cause.On(SubjectMatch.of("build.*")), false)));
        Eventually.await(() -> assertThat(subjects.subscribers()).isOne());

        subjects.publish(
                "acme",
                Note.of(
                        new Subject("build.done"),
                        Unpooled.copiedBuffer("{\"ok\":true}", StandardCharsets.UTF_8)),
                SubjectObserver.Source.CLIENT);

        Eventually.await(() -> {
            assertThat(runs()).hasSize(1);
            assertThat(runs().getFirst().state().isOver()).isTrue();
        });
        RunRecord run = runs().getFirst();
        assertThat(run.tenant()).isEqualTo("acme");
        assertThat(run.caller().label()).isEqualTo("trigger:t");
        assertThat(run.caller().scopes()).containsExactly(Scope.AGENTS_READ);
        assertThat(run.error()).isEmpty();
        assertThat(outputs(run)).contains("\"data\": {\"ok\": true}", "\"n\": 1");
    }

    private String outputs(RunRecord run) {
        try {
            return Objects.requireNonNull(flows.view(run.id(), Caller.ANYBODY).run().outputs())
                    .json();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDaemonThatWasAwayStartsAFlowOnceAndSaysWhatItMissed() throws Exception {
        TriggerSettings timed = trigger("quick", every("*/10 * * * *"), false);
        triggers.starter().start(timed, "first", null, _ -> {});
        Eventually.await(() -> assertThat(runs()).hasSize(1).allMatch(it -> it.state().isOver()));
        now = Instant.now().plus(Duration.ofHours(1));

        try (CapturedLog log = new CapturedLog()) {
            triggers.use(List.of(timed));

            Eventually.await(() -> assertThat(runs()).hasSize(2));
            assertThat(log.text()).contains("the trigger t missed 6 times since");
        }
        assertThat(count(Outcome.MISSED)).isEqualTo(6);
        Eventually.await(() -> assertThat(count(Outcome.STARTED)).isEqualTo(2));
    }

    @Test
    void oneRunAtATimeUnlessToldOtherwise() throws Exception {
        TriggerSettings one = trigger("slow", every("every 10s"), false);
        triggers.starter().start(one, "1", null, _ -> {});

        Starter.Began second = triggers.starter().start(one, "2", null, _ -> {});
        Starter.Began third =
                triggers.starter()
                        .start(trigger("slow", every("every 10s"), true), "3", null, _ -> {});

        assertThat(second).isInstanceOf(Starter.Began.Busy.class);
        assertThat(third).isInstanceOf(Starter.Began.Starting.class);
        assertThat(count(Outcome.SKIPPED)).isOne();
        assertThat(runs()).hasSize(2);
    }

    @Test
    void theSameCauseStartsOneRun() throws Exception {
        TriggerSettings one = trigger("slow", every("every 10s"), false);

        triggers.starter().start(one, "1", null, _ -> {});
        Starter.Began again = triggers.starter().start(one, "1", null, _ -> {});

        assertThat(again).isInstanceOf(Starter.Began.Starting.class);
        assertThat(runs()).hasSize(1);
    }

    @Test
    void ofManyAtOnceOneStarts() throws Exception {
        TriggerSettings one = trigger("slow", every("every 10s"), false);
        CyclicBarrier together = new CyclicBarrier(8);
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String key = "k" + i;
                starts.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        together.await();
                                        triggers.starter().start(one, key, null, _ -> {});
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                },
                                threads));
            }
        }

        assertThat(starts).allSatisfy(it -> assertThat(it).isCompleted());
        assertThat(runs()).hasSize(1);
        assertThat(count(Outcome.SKIPPED)).isEqualTo(7);
    }

    @Test
    void manyMessagesAreLookedAtOneAfterTheOtherAndSaidOnce() {
        triggers.use(List.of(trigger("slow", new Cause.On(SubjectMatch.of("x")), false)));
        Eventually.await(() -> assertThat(subjects.subscribers()).isOne());
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 100; i++) {
                subjects.publish(
                        "acme",
                        Note.of(
                                new Subject("x"),
                                Unpooled.copiedBuffer("1", StandardCharsets.UTF_8)),
                        SubjectObserver.Source.CLIENT);
            }

            Eventually.await(() -> assertThat(count(Outcome.SKIPPED)).isEqualTo(99));
            assertThat(count(Outcome.FAILED)).isZero();
            assertThat(log.text()).containsOnlyOnce("did not start the flow slow");
        }
    }

    @Test
    void aFlowThatIsNotThereIsSaid() {
        try (CapturedLog log = new CapturedLog()) {
            triggers.use(List.of(trigger("none", new Cause.On(SubjectMatch.of("x")), false)));
            Eventually.await(() -> assertThat(subjects.subscribers()).isOne());
            subjects.publish(
                    "acme",
                    Note.of(new Subject("x"), Unpooled.copiedBuffer("1", StandardCharsets.UTF_8)),
                    SubjectObserver.Source.CLIENT);

            Eventually.await(() -> assertThat(log.text()).contains("There is no flow 'none'"));
        }
        Eventually.await(() -> assertThat(count(Outcome.FAILED)).isLessThanOrEqualTo(1));
    }

    @Test
    void whatIsNoSettingAnyMoreStopsWaiting() {
        triggers.use(List.of(trigger("quick", new Cause.On(SubjectMatch.of("x")), false)));
        Eventually.await(() -> assertThat(subjects.subscribers()).isOne());

        triggers.use(List.of());

        Eventually.await(() -> assertThat(subjects.subscribers()).isZero());
    }

    @Test
    void theCallerOfAnEarlierRunHasTheRightsOfNow() {
        List<TriggerSettings> settings = List.of(trigger("quick", every("every 10s"), false));
        Caller before = new Caller("t", Caller.Kind.TRIGGER, "acme", Set.of(Scope.ADMIN), null);
        Caller gone = new Caller("u", Caller.Kind.TRIGGER, "acme", Set.of(Scope.ADMIN), null);

        assertThat(Triggers.again(settings, before))
                .extracting(Caller::scopes)
                .isEqualTo(Set.of(Scope.AGENTS_READ));
        assertThat(Triggers.again(settings, gone)).isNull();
    }
}
