package dev.culvert.daemon.webhooks;

import java.time.Instant;

/** A message that was delivered or given up. */
record PastDelivery(Delivery delivery, Instant ended, boolean isDelivered, String how) {}
