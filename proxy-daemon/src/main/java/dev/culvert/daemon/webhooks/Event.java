package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookEvent;
import java.time.Instant;

/**
 * Something that happened.
 *
 * @param tenant whom it concerns
 * @param data what there is to say about it, a JSON object
 */
public record Event(WebhookEvent kind, String tenant, Instant at, String data) {}
