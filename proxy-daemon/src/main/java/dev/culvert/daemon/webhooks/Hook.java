package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookSettings;
import dev.culvert.daemon.webhooks.WebhookObserver.Outcome;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages for one receiver, and the pace at which they are sent: one at a time. For all
 * threads.
 */
final class Hook {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

    /** How many that have ended are remembered. */
    private static final int MOST_PAST = 50;

    /** Sends a message once. */
    interface Sender {
        void send(WebhookSettings to, Delivery delivery, Consumer<Attempt> then);
    }

    /** What all hooks share. */
    record Surroundings(
            EventLoop loop,
            Sender sender,
            DeliveryKeeper keeper,
            WebhookObserver observer,
            Pace pace,
            InstantSource clock) {}

    private final Surroundings around;
    private WebhookSettings settings;
    private final PriorityQueue<Delivery> waiting =
            new PriorityQueue<>(Comparator.comparing(Delivery::due).thenComparing(Delivery::id));
    private final Deque<PastDelivery> past = new ArrayDeque<>();
    private @Nullable Delivery underWay;
    private @Nullable Future<?> timer;
    private Instant notBefore = Instant.MIN;

    /** In a row. */
    private int failures;

    private @Nullable String trouble;
    private @Nullable Instant lastTaken;
    private boolean tellsNoMore;
    private State state = State.OPEN;

    private enum State {
        OPEN,

        /** It is no setting any more. */
        REMOVED,

        /** The daemon stops. */
        CLOSED
    }

    Hook(Surroundings around, WebhookSettings settings) {
        this.around = around;
        this.settings = settings;
    }

    synchronized WebhookSettings settings() {
        return settings;
    }

    synchronized void use(WebhookSettings next) {
        if (!next.equals(settings)) {
            settings = next;
            notBefore = Instant.MIN; // what failed may be mended
            wake();
        }
    }

    /** From before a restart. */
    synchronized void restore(Delivery delivery) {
        waiting.add(delivery);
        wake();
    }

    /** It was not there before. */
    synchronized void add(Delivery delivery) {
        if (state != State.OPEN) {
            return;
        }
        if (waiting.size() >= settings.maxWaiting()) {
            around.observer().on(Outcome.LOST);
            if (!tellsNoMore) {
                tellsNoMore = true;
                LOG.warn(
                        "{} loses messages: {} wait already (webhooks.max_waiting). The last attempt failed: {}",
                        settings,
                        waiting.size(),
                        trouble);
            }
            return;
        }
        waiting.add(delivery);
        around.keeper().changed(delivery);
        wake();
    }

    private void wake() {
        try {
            around.loop().execute(this::pump);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped; what is stored is sent after the next start
        }
    }

    private void pump() {
        Delivery next;
        WebhookSettings to;
        synchronized (this) {
            if (state != State.OPEN || underWay != null) {
                return;
            }
            giveUpOld();
            next = waiting.peek();
            if (next == null) {
                return;
            }
            Instant now = around.clock().instant();
            Instant at = next.due().isAfter(notBefore) ? next.due() : notBefore;
            if (at.isAfter(now)) {
                pumpAfter(Duration.between(now, at));
                return;
            }
            waiting.remove(next);
            underWay = next;
            to = settings;
        }
        Delivery sent = next;
        around.sender().send(to, sent, attempt -> ended(sent, attempt));
    }

    private void pumpAfter(Duration wait) {
        if (timer != null) {
            timer.cancel(false);
        }
        timer = around.loop().schedule(this::pump, wait.toMillis() + 1, TimeUnit.MILLISECONDS);
    }

    private void giveUpOld() {
        Instant now = around.clock().instant();
        waiting.removeIf(each -> {
            boolean isOld = each.isOlderThan(settings.maxAge(), now);
            if (isOld) {
                giveUp(each, "it is too old (webhooks.max_age)");
            }
            return isOld;
        });
    }

    private synchronized void ended(Delivery delivery, Attempt attempt) {
        underWay = null;
        if (state == State.REMOVED) {
            around.keeper().gone(delivery.id());
            return;
        }
        Instant now = around.clock().instant();
        switch (attempt) {
            case Attempt.Taken(int status) -> taken(delivery, status, now);
            case Attempt.Failed(String why, Duration pause) -> failed(delivery, why, pause, now);
            case Attempt.Unwanted(String why) -> {
                around.observer().on(Outcome.FAILED);
                giveUp(delivery, why);
            }
        }
        wake();
    }

    private void taken(Delivery delivery, int status, Instant now) {
        if (failures > 0) {
            LOG.info("{} takes messages again; {} wait", settings, waiting.size());
        }
        failures = 0;
        trouble = null;
        tellsNoMore = false;
        notBefore = Instant.MIN;
        lastTaken = now;
        around.observer().on(Outcome.DELIVERED);
        around.keeper().gone(delivery.id());
        remember(new PastDelivery(delivery, now, true, "the receiver answered " + status));
    }

    private void failed(Delivery delivery, String why, Duration pause, Instant now) {
        around.observer().on(Outcome.FAILED);
        failures++;
        trouble = why;
        if (failures == 1) {
            LOG.warn(
                    "{} did not take a message: {}. It is tried again; 'culvert webhooks deliveries' shows what waits",
                    settings,
                    why);
        }
        notBefore = now.plus(longer(pause, around.pace().after(failures)));
        Duration own = longer(pause, around.pace().after(delivery.attempts() + 1));
        Delivery tried = delivery.tried(now.plus(own), why);
        if (tried.attempts() >= settings.maxAttempts()) {
            giveUp(
                    tried,
                    "it was tried %d times (webhooks.max_attempts); then: %s"
                            .formatted(tried.attempts(), why));
        } else {
            waiting.add(tried);
            around.keeper().changed(tried);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private void giveUp(Delivery delivery, String why) {
        around.observer().on(Outcome.GIVEN_UP);
        around.keeper().gone(delivery.id());
        remember(new PastDelivery(delivery, around.clock().instant(), false, why));
        if (!tellsNoMore) {
            tellsNoMore = true;
            LOG.warn("{}: the message {} was given up: {}", settings, delivery.id(), why);
        }
    }

    private void remember(PastDelivery ended) {
        past.addFirst(ended);
        if (past.size() > MOST_PAST) {
            past.removeLast();
        }
    }

    /** Sends this one now, whatever waits, and tells how that went. */
    void test(Delivery delivery, BiConsumer<WebhookSettings, Attempt> then) {
        WebhookSettings to = settings();
        around.sender().send(to, delivery, attempt -> then.accept(to, attempt));
    }

    /** Whether the last attempt failed. */
    synchronized boolean fails() {
        return failures > 0;
    }

    synchronized int waiting() {
        return waiting.size() + (underWay == null ? 0 : 1);
    }

    /** How it is. */
    synchronized WebhookReport report() {
        List<Delivery> all = new ArrayList<>(waiting);
        if (underWay != null) {
            all.add(underWay);
        }
        all.sort(Comparator.comparing(Delivery::id));
        return new WebhookReport(settings, all, List.copyOf(past), trouble, lastTaken);
    }

    /** It is no setting any more: what waits is forgotten. */
    synchronized void remove() {
        state = State.REMOVED;
        if (!waiting.isEmpty()) {
            LOG.warn(
                    "{} is no setting any more: {} messages were given up",
                    settings,
                    waiting.size());
        }
        waiting.forEach(each -> {
            around.observer().on(Outcome.GIVEN_UP);
            around.keeper().gone(each.id());
        });
        waiting.clear();
    }

    /** The daemon stops: what waits stays in the store. */
    synchronized void close() {
        state = State.CLOSED;
    }
}
