package dev.culvert.daemon.triggers;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.config.TriggerSettings.Cause;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.daemon.triggers.TriggerObserver.Outcome;
import dev.culvert.io.Workers;
import dev.culvert.settings.Node;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What starts flows by itself. For all threads. */
public final class Triggers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Triggers.class);
    private static final int RETRY_SECONDS = 1;

    private final Starter starter;
    private final Subjects subjects;
    private final Workers workers;
    private final EventLoop loop;
    private final InstantSource clock;

    /** Those that wait for something, by their settings. Confined to the event loop. */
    private final Map<TriggerSettings, Trigger> waiting = new HashMap<>();

    private volatile List<TriggerSettings> settings = List.of();

    /**
     * @param workers read flows
     * @param loop waits
     */
    public Triggers(
            Starter starter,
            Subjects subjects,
            Workers workers,
            EventLoop loop,
            InstantSource clock) {
        this.starter = starter;
        this.subjects = subjects;
        this.workers = workers;
        this.loop = loop;
        this.clock = clock;
    }

    Starter starter() {
        return starter;
    }

    /** Takes these from now on; those that stay as they are go on waiting. */
    public void use(List<TriggerSettings> next) {
        settings = next;
        loop.execute(() -> replace(next));
    }

    private void replace(List<TriggerSettings> next) {
        Map<TriggerSettings, Trigger> before = new HashMap<>(waiting);
        waiting.clear();
        Map<TriggerSettings, Runnable> begins = new LinkedHashMap<>();
        for (TriggerSettings each : next) {
            Trigger known = before.remove(each);
            if (known == null) {
                begin(each, begins);
            } else {
                waiting.put(each, known);
            }
        }
        before.values().forEach(Trigger::stop);
        begins.values().forEach(Runnable::run);
    }

    private void begin(TriggerSettings each, Map<TriggerSettings, Runnable> begins) {
        Trigger.Fire fire = fire(each);
        switch (each.cause()) {
            case Cause.At(var schedule) -> {
                TimedTrigger timed = new TimedTrigger(each, schedule, fire, loop, clock);
                waiting.put(each, timed);
                begins.put(each, () -> timed.begin(starter.lastStart(each)));
            }
            case Cause.On(var subject) -> {
                SubjectTrigger said = new SubjectTrigger(each, subject, subjects, fire, loop);
                waiting.put(each, said);
                begins.put(each, said::begin);
            }
            case Cause.Signed _ -> {} // whoever calls finds it in the settings
        }
    }

    private Trigger.Fire fire(TriggerSettings of) {
        Seldom seldom = new Seldom(System::nanoTime);
        return new Trigger.Fire() {
            @Override
            public void fire(@Nullable String key, @Nullable Node payload, Runnable then) {
                try {
                    workers.execute(
                            "trigger/" + of.name(),
                            () -> {
                                try {
                                    start(of, key, payload, seldom);
                                } finally {
                                    then.run();
                                }
                            });
                } catch (RejectedExecutionException _) {
                    starter.observer().on(Outcome.FAILED);
                    not(of, "too much work waits for the daemon's threads (workers.queue)", seldom);
                    var _ = loop.schedule(then, RETRY_SECONDS, TimeUnit.SECONDS);
                }
            }

            @Override
            public void missed() {
                starter.observer().on(Outcome.MISSED);
            }
        };
    }

    /** Blocks. */
    private void start(
            TriggerSettings of, @Nullable String key, @Nullable Node payload, Seldom seldom) {
        try {
            Starter.Began began = starter.start(of, key, payload, _ -> {});
            if (began instanceof Starter.Began.Busy(String run)) {
                not(of, "its run " + run + " goes on (triggers.overlaps)", seldom);
            }
        } catch (FlowRefusal e) {
            not(of, e.sentence(), seldom);
        }
    }

    /** Once a minute: an agent may publish without end. */
    private static void not(TriggerSettings of, String why, Seldom seldom) {
        int before = seldom.take();
        if (before >= 0) {
            LOG.warn(
                    "the trigger {} did not start the flow {}: {}{}",
                    of.name(),
                    of.flow(),
                    why,
                    before == 0 ? "" : " (and " + before + " times since this was last said)");
        }
    }

    /** Those that a signed request starts, of this flow. */
    List<TriggerSettings> signed(String flow) {
        return settings.stream()
                .filter(it -> it.flow().equals(flow) && it.cause() instanceof Cause.Signed)
                .toList();
    }

    /** A caller of an earlier run, with its rights of now; null if its trigger is gone. */
    public static @Nullable Caller again(List<TriggerSettings> now, Caller before) {
        return now.stream()
                .filter(it -> it.name().equals(before.name()))
                .map(Starter::caller)
                .findAny()
                .orElse(null);
    }

    /** How many there are. */
    public int count() {
        return settings.size();
    }

    @Override
    public void close() {
        loop.execute(() -> replace(List.of()));
    }
}
