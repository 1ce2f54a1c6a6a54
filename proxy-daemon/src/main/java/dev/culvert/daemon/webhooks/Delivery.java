package dev.culvert.daemon.webhooks;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message to one receiver.
 *
 * @param id the same at each attempt; later ones come after earlier ones
 * @param hook the name of the webhook
 * @param event what it tells of
 * @param body JSON, as it is sent
 * @param attempts how often it was tried
 * @param due when it may be tried next
 * @param trouble why the last attempt failed; null before the first
 */
record Delivery(
        String id,
        String hook,
        String event,
        Instant created,
        String body,
        int attempts,
        Instant due,
        @Nullable String trouble) {

    /** After an attempt that failed. */
    Delivery tried(Instant next, String why) {
        return new Delivery(id, hook, event, created, body, attempts + 1, next, why);
    }

    boolean isOlderThan(Duration age, Instant now) {
        return created.plus(age).isBefore(now);
    }
}
