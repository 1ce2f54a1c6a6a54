package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.daemon.config.WebhookSettings;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everybody outside who is told what happens. For all threads. */
public final class Webhooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final HexFormat HEX = HexFormat.of();

    private final Hook.Surroundings around;
    private final DeliveryStore store;
    private final DeliveryKeeper keeper;
    private final SecureRandom random = new SecureRandom();

    /** By name, in the order of the settings. */
    private volatile Map<String, Hook> hooks = Map.of();

    /**
     * @param store keeps what was not delivered
     * @param workers do what blocks
     * @param loop sends and waits
     */
    public Webhooks(
            DeliveryStore store,
            OutgoingCalls calls,
            Workers workers,
            EventLoop loop,
            WebhookObserver observer) {
        this.store = store;
        InstantSource clock = InstantSource.system();
        keeper = new DeliveryKeeper(store, workers, loop);
        Attempts attempts = new Attempts(calls, new TrustedAuthorities(), workers, loop, clock);
        around =
                new Hook.Surroundings(
                        loop,
                        attempts::send,
                        keeper,
                        observer,
                        new Pace(FIRST_WAIT, LONGEST_WAIT, random),
                        clock);
    }

    /** Takes the settings of the start, and what was not delivered before. Blocks. */
    public void restore(List<WebhookSettings> settings) throws IOException {
        use(settings);
        for (DeliveryStore.Row row : store.read()) {
            keeper.known(row.id());
            try {
                Delivery delivery = DeliveryText.of(row);
                Hook hook = hooks.get(delivery.hook());
                if (hook == null) {
                    keeper.gone(row.id());
                } else {
                    hook.restore(delivery);
                }
            } catch (IOException e) {
                LOG.error("the message {} of a webhook was given up: {}", row.id(), e.getMessage());
                keeper.gone(row.id());
            }
        }
    }

    /** Takes other settings. */
    public synchronized void use(List<WebhookSettings> settings) {
        Map<String, Hook> next = new LinkedHashMap<>();
        for (WebhookSettings each : settings) {
            Hook known = hooks.get(each.name());
            if (known == null) {
                next.put(each.name(), new Hook(around, each));
            } else {
                known.use(each);
                next.put(each.name(), known);
            }
        }
        Map<String, Hook> before = hooks;
        hooks = next;
        before.forEach((name, hook) -> {
            if (!next.containsKey(name)) {
                hook.remove();
            }
        });
    }

    /** Whether anybody is told of this. */
    public boolean wants(WebhookEvent kind, String tenant) {
        for (Hook hook : hooks.values()) {
            if (hook.settings().wants(kind, tenant)) {
                return true;
            }
        }
        return false;
    }

    /** Whether anybody is told anything. */
    boolean isUsed() {
        return !hooks.isEmpty();
    }

    /** Tells everybody who wants to know. Never waits. */
    public void tell(Event event) {
        for (Hook hook : hooks.values()) {
            WebhookSettings settings = hook.settings();
            if (settings.wants(event.kind(), event.tenant())) {
                hook.add(delivery(settings.name(), event.kind().label(), event.at(), event.data()));
            }
        }
    }

    private Delivery delivery(String hook, String event, Instant at, String data) {
        Instant now = around.clock().instant();
        byte[] id = new byte[12];
        random.nextBytes(id);
        String body =
                "{\"type\":\"%s\",\"timestamp\":\"%s\",\"data\":%s}"
                        .formatted(event, at.truncatedTo(ChronoUnit.MILLIS), data);
        return new Delivery(
                "msg_" + HEX.toHexDigits(now.toEpochMilli(), 12) + HEX.formatHex(id),
                hook,
                event,
                now,
                body,
                0,
                now,
                null);
    }

    /**
     * Sends a message that only tests.
     *
     * @param then is told how it went, on any thread
     * @return false if there is no such webhook
     */
    public boolean test(String name, Consumer<Attempt> then) {
        Hook hook = hooks.get(name);
        if (hook == null) {
            return false;
        }
        Instant now = around.clock().instant();
        hook.test(delivery(name, "webhook.test", now, "{}"), (_, attempt) -> then.accept(attempt));
        return true;
    }

    /** How each of them is, in the order of the settings. */
    public List<WebhookReport> reports() {
        return hooks.values().stream().map(Hook::report).toList();
    }

    /** How the one of that name is; null if there is none. */
    public @Nullable WebhookReport report(String name) {
        Hook hook = hooks.get(name);
        return hook == null ? null : hook.report();
    }

    /** How many messages wait. */
    public int waiting() {
        return hooks.values().stream().mapToInt(Hook::waiting).sum();
    }

    /** How many messages may wait. */
    public long mostWaiting() {
        return hooks.values().stream().mapToLong(hook -> hook.settings().maxWaiting()).sum();
    }

    /** How many receivers did not take the last message that was tried. */
    public long failing() {
        return hooks.values().stream().filter(Hook::fails).count();
    }

    /** Writes down what was not delivered. Blocks. */
    @Override
    public void close() {
        hooks.values().forEach(Hook::close);
        keeper.close();
    }
}
