package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Hostile guests and clients beside honest ones. The honest ones are watched, first for a while
 * without anything hostile, then with it.
 */
final class Act implements AutoCloseable {
    private static final double LEAST_OF_PACE = 0.9;

    /* The short form watches for one or two seconds. On a busy machine that shows a standstill, and nothing finer. */
    private static final double NO_STANDSTILL = 0.05;

    private static final int MOST_SHOWN = 5;

    /** Something hostile. */
    interface Deed {
        void play() throws Exception;
    }

    private final HostileStage stage;
    private final String name;
    private final Duration before;
    private final boolean whole;
    private final List<String> agents = new ArrayList<>();
    private final List<PlayedGuest> guests = new ArrayList<>();
    private final List<String> figures = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private DaemonLog log;

    /**
     * @param before how long to watch before anything hostile happens
     * @param whole whether it runs long enough to judge pace and punctuality
     */
    Act(HostileStage stage, String name, Duration before, boolean whole) {
        this.stage = stage;
        this.name = name;
        this.before = before;
        this.whole = whole;
        log = stage.log();
    }

    /** Adds a guest with this habit; the daemon knows it until the act ends. */
    void enter(String agent, Habit habit) throws IOException {
        PlayedGuest guest = new PlayedGuest(habit);
        guests.add(guest);
        enter(agent, guest.endpoint());
    }

    /** Adds an agent at this address, which may not exist. */
    void enter(String agent, Endpoint endpoint) {
        agents.add(agent);
        stage.add(agent, endpoint);
    }

    /** The ids of all agents that were added. */
    List<String> agents() {
        return List.copyOf(agents);
    }

    /** Waits until the daemon shows all added agents as ready. */
    void awaitReady() {
        agents.forEach(stage::awaitReady);
    }

    /** Runs it beside honest clients and a probe, and judges how they fared. */
    void play(Deed deed) throws Exception {
        Endpoint daemon = stage.daemon().endpoint();
        LoopWaits waits = new LoopWaits(stage.daemon().pid());
        try (Probe probe = new Probe(daemon, waits);
                HonestClients honest = new HonestClients(daemon, waits, HostileStage.HONEST)) {
            Pause.of(before.dividedBy(2)); // the first turns are slow
            long from = System.nanoTime();
            Pause.of(before);
            log = stage.log();
            long[] beganWaits = waits.now();
            long began = System.nanoTime();
            try {
                deed.play();
            } catch (IOException | AssertionError e) {
                violation("the act failed: %s", e);
            }
            long ended = System.nanoTime();
            judge(probe.seen(began, ended));
            figure(
                    "an event loop waited %.2f s for a CPU",
                    LoopWaits.most(beganWaits, waits.now()) / 1e9);
            judge(honest.pace(from, began), honest.pace(began, ended));
            judge(honest.complaints(began));
            figure(
                    "%.1f s, daemon at its peak %d MB, %d lines logged",
                    (ended - began) / 1e9, stage.daemon().peakMegabytes(), log.lines().size());
        }
    }

    void judge(Probe.Seen seen) {
        figure("%s", seen);
        if ((whole ? seen.late() : 0) + seen.unanswered() > 0) {
            violation(
                    "/livez was late %d times, and %d times not answered",
                    seen.late(), seen.unanswered());
        }
    }

    private void judge(HonestClients.Pace before, HonestClients.Pace during) {
        double kept = during.share() / before.share();
        figure(
                "honest turns %.1f/s, before %.1f/s; of those that were due %.3f of the share before",
                during.perSecond(), before.perSecond(), kept);
        if (!(kept >= (whole ? LEAST_OF_PACE : NO_STANDSTILL))) { // it is NaN if there were none
            violation("honest agents kept %.3f of their pace", kept);
        }
    }

    /* Turns that could not begin lower the pace. */
    private void judge(List<String> complaints) {
        figure("%d honest turns went wrong", complaints.size());
        violations(
                "an honest turn went wrong",
                complaints.stream()
                        .filter(it -> !it.startsWith("503 ") && !it.startsWith("429 "))
                        .toList());
    }

    /** The log since the hostile part began. */
    DaemonLog log() {
        return log;
    }

    @SuppressWarnings(
            "AnnotateFormatMethod") // the annotation is in no library that this project has
    synchronized void figure(String format, Object... values) {
        figures.add(format.formatted(values));
    }

    @SuppressWarnings(
            "AnnotateFormatMethod") // the annotation is in no library that this project has
    synchronized void violation(String format, Object... values) {
        violations.add(format.formatted(values));
    }

    /** Records a violation for each of the first few. */
    void violations(String what, Collection<String> them) {
        them.stream().limit(MOST_SHOWN).forEach(it -> violation("%s: %s", what, it));
    }

    /** Fails if there were violations. */
    synchronized void end() {
        assertThat(violations).as(name).isEmpty();
    }

    /** Prints the figures and removes the guests from the daemon. */
    @Override
    public synchronized void close() throws IOException {
        StringBuilder report = new StringBuilder("== hostile: " + name + "\n");
        figures.forEach(figure -> report.append("   ").append(figure).append('\n'));
        violations.forEach(it -> report.append("   VIOLATION: ").append(it).append('\n'));
        System.out.print(report);
        stage.remove(agents);
        for (PlayedGuest guest : guests) {
            guest.close();
        }
    }
}
