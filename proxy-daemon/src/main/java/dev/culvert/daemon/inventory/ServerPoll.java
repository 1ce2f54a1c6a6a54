package dev.culvert.daemon.inventory;

import dev.culvert.daemon.config.InventorySettings;
import dev.culvert.daemon.inventory.ServerStatus.State;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one server. When it is polled next is decided on the event loop; the polls run on
 * workers, one after the other.
 */
final class ServerPoll {
    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

    /** Between two polls, whoever wants one. */
    private static final Duration SHORTEST = Duration.ofMillis(500);

    /** How often the time of the last poll is written down when nothing else has changed. */
    private static final Duration WRITTEN = Duration.ofMinutes(1);

    private static final int MOST_DOUBLINGS = 16;

    /** What polls need. */
    record Surroundings(
            InventoryStore store,
            Workers workers,
            EventLoop timer,
            Supplier<InventorySettings> settings,
            InventoryObserver observer,
            RandomGenerator random,
            InstantSource clock) {}

    private final Surroundings around;
    private volatile Proxmox proxmox;
    private volatile View view;
    private volatile boolean isOver;

    // Of the event loop:
    private @Nullable ScheduledFuture<?> waiting;
    private boolean runs;
    private boolean isWantedAgain;
    private int failures;

    // Of the worker:
    private Instant written = Instant.EPOCH;
    private boolean storeFails;

    ServerPoll(
            Surroundings around,
            Proxmox proxmox,
            Collection<Thing> before,
            @Nullable Instant polled,
            String version) {
        this.around = around;
        this.proxmox = proxmox;
        ServerStatus unknown =
                ServerStatus.unknown(proxmox.name(), proxmox.settings().url().toString());
        view =
                View.of(
                        polled == null
                                ? unknown
                                : new ServerStatus(
                                        unknown.name(),
                                        unknown.url(),
                                        State.UNKNOWN,
                                        version,
                                        "",
                                        "",
                                        polled,
                                        Duration.ZERO,
                                        null),
                        before);
        proxmox.learn(Poll.certificates(view));
    }

    Proxmox proxmox() {
        return proxmox;
    }

    View view() {
        return view;
    }

    /** Takes other settings of the same server. */
    void use(Proxmox next) {
        next.learn(Poll.certificates(view));
        proxmox = next;
        view = view.with(view.status().at(next.settings().url().toString()));
        soon();
    }

    /** Polls as soon as may be. */
    void soon() {
        execute(() -> {
            if (runs) {
                isWantedAgain = true;
            } else if (!isDueSoon()) {
                failures = 0;
                next(SHORTEST);
            }
        });
    }

    /** Changes that come quickly must not put it off again and again. */
    private boolean isDueSoon() {
        return waiting != null && waiting.getDelay(TimeUnit.MILLISECONDS) <= SHORTEST.toMillis();
    }

    /** Polls at once, for the first time. */
    void begin() {
        execute(() -> next(Duration.ZERO));
    }

    void close() {
        isOver = true;
        execute(() -> {
            if (waiting != null) {
                waiting.cancel(false);
            }
        });
    }

    /** Ends it, and forgets the server. */
    void remove() {
        close();
        try {
            around.workers().execute(key(), this::forget);
        } catch (RejectedExecutionException _) {
            LOG.debug("Proxmox {} is forgotten at the next start", proxmox.name());
        }
    }

    private void forget() {
        try {
            around.store().forget(proxmox.name());
        } catch (IOException e) {
            LOG.error("Proxmox {} is not forgotten: {}", proxmox.name(), e.getMessage());
        }
    }

    /** Of work that is done one after the other, also when a server is removed and added again. */
    private String key() {
        return "poll/" + proxmox.name();
    }

    private void execute(Runnable work) {
        try {
            around.timer().execute(work);
        } catch (RejectedExecutionException _) {
            isOver = true; // the daemon has stopped
        }
    }

    private void next(Duration pause) {
        if (waiting != null) {
            waiting.cancel(false);
        }
        if (!isOver) {
            waiting = around.timer().schedule(this::start, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void start() {
        if (runs || isOver) {
            return;
        }
        try {
            runs = true;
            around.workers().execute(key(), this::poll);
        } catch (RejectedExecutionException _) {
            runs = false;
            next(around.settings().get().pollInterval());
        }
    }

    /** On a worker. */
    private void poll() {
        boolean hasAnswered = false;
        try {
            hasAnswered = !isOver && ask();
        } catch (RuntimeException e) {
            LOG.error(
                    "the poll of Proxmox {} failed because of a bug in the daemon",
                    proxmox.name(),
                    e);
        } finally {
            boolean isOk = hasAnswered;
            execute(() -> {
                runs = false;
                failures = isOk ? 0 : Math.min(failures + 1, MOST_DOUBLINGS);
                boolean isSoon = isWantedAgain;
                isWantedAgain = false;
                next(isSoon ? SHORTEST : pause());
            });
        }
    }

    /** The interval, or longer the more often it failed; a tenth more or less. */
    private Duration pause() {
        InventorySettings settings = around.settings().get();
        long interval = settings.pollInterval().toMillis();
        long most = Math.max(interval, settings.longestPause().toMillis());
        long pause = failures == 0 ? interval : Math.min(most, interval << failures);
        return Duration.ofMillis(pause + around.random().nextLong(-pause / 10, pause / 10 + 1));
    }

    private boolean ask() {
        Proxmox asked = proxmox;
        View before = view;
        long begun = System.nanoTime();
        InventorySettings settings = around.settings().get();
        try {
            Poll.Found found =
                    new Poll(asked, before, around.clock(), settings.keepHistory()).run();
            view = found.view();
            asked.learn(Poll.certificates(found.view()));
            around.observer().onPoll(true, Duration.ofNanos(System.nanoTime() - begun));
            PollLog.tell(before, found);
            countFailedTasks(before, found);
            save(found, settings);
            return true;
        } catch (ProxmoxException e) {
            if (isOver) {
                return false;
            }
            around.observer().onPoll(false, Duration.ofNanos(System.nanoTime() - begun));
            State state =
                    switch (e.kind()) {
                        case CERTIFICATE, LOGIN, FORBIDDEN -> State.REFUSED;
                        default -> State.AWAY;
                    };
            String why = e.sentence() + ": " + e.advice();
            if (before.status().state() != state || !before.status().error().equals(why)) {
                LOG.warn(
                        "Proxmox {} is {}, and what it had is shown as it was seen last: {}",
                        asked.name(),
                        state == State.AWAY ? "away" : "not to be read",
                        why);
            }
            view = before.with(before.status().fails(state, why));
            return false;
        }
    }

    /** Those of the first poll are old. */
    private void countFailedTasks(View before, Poll.Found found) {
        if (before.status().polled() != null) {
            for (Thing it : found.changed()) {
                if (it.kind() == Kind.TASK && it.state().equals("failed")) {
                    around.observer().onFailedTask();
                }
            }
        }
    }

    private void save(Poll.Found found, InventorySettings settings) {
        ServerStatus status = found.view().status();
        Instant polled = status.polled();
        boolean isNothing =
                found.changed().isEmpty() && found.gone().isEmpty() && found.changes().isEmpty();
        if (polled == null || (isNothing && written.plus(WRITTEN).isAfter(polled))) {
            return;
        }
        try {
            around.store()
                    .save(
                            new InventoryStore.Round(
                                    new InventoryStore.ServerRow(
                                            status.name(), polled, status.version()),
                                    storeFails ? found.view().all() : found.changed(),
                                    found.gone(),
                                    List.copyOf(found.changes()),
                                    polled.minus(settings.keepHistory()),
                                    settings.mostChanges()));
            written = polled;
            storeFails = false;
        } catch (IOException e) {
            if (!storeFails) {
                LOG.error(
                        "the inventory of Proxmox {} is not kept: {}",
                        status.name(),
                        e.getMessage());
            }
            storeFails = true;
        }
    }
}
